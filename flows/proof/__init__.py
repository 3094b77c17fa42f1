"""Checks of the machines: declarations, every decision once, and what contradicts itself."""
