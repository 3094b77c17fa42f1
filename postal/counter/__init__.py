"""The counter: what a customer posts and pays, and the books of it."""
