"""``python -m simulation.cli``: the command without its script."""

from simulation.cli import main

main()
