"""The load that Dakiya bears, measured on real servers: see README.md in this folder."""
