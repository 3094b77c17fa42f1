"""Carriers described by a TOML file, without code of their own."""
