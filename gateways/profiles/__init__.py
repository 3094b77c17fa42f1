"""Carriers described by a TOML file: no code of their own."""
