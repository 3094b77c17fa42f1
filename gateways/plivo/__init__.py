"""Plivo: voice calls, and the dialect that Vobiz speaks too."""
