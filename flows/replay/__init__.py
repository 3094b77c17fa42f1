"""Stored sprints: written, read, decided again, explained, and tried otherwise."""
