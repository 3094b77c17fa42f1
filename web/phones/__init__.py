"""Two simulated phones on the real hooks, for development and tests only."""
