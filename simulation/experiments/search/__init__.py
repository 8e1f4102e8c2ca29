"""Search for strategies: what can be varied, and how it is evolved."""
