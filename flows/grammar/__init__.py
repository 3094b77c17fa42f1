"""What a text says: from letters to a typed event."""
