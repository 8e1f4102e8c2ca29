"""Sweeps: files, designs, the folder in which one is run, and what is read from it."""
