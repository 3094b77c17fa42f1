"""Two simulated phones side by side, driving the real hooks; development and test only."""
