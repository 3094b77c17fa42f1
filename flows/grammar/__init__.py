"""The grammar: from a text to a typed event."""
