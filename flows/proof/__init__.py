"""Checks of the machines: declarations, every decision once, and contradictions."""
