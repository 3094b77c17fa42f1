"""The machines as pages and pictures, drawn from their declarations."""
