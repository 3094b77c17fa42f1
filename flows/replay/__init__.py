"""Stored sprints: written, read, decided again, explained, and varied."""
