"""The servers of development and tests: real PostgreSQL and Valkey as child processes."""
