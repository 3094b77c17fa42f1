"""What Dakiya can bear, measured on real servers: see README.md beside this file."""
