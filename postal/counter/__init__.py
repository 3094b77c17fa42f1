"""The counter: what customers post and pay, and the books of it."""
