"""Why one run went as it did: each deal and each join of one actor, with the terms that decided it.

A :class:`.watcher.Watcher` reads the model between its steps and writes nothing. What it finds becomes the
two tables of an :class:`Explanation`.
"""

from simulation.experiments.explanation.tables import EVENT_COLUMNS, KINDS, REASONS, TERM_COLUMNS, Explanation

__all__ = ["EVENT_COLUMNS", "KINDS", "REASONS", "TERM_COLUMNS", "Explanation"]
