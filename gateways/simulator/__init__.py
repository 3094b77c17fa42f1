"""The simulated carrier of development and tests: texts and voice calls."""
