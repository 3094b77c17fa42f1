"""What takes two people: what one asks, who may be the second, and what became of it."""
