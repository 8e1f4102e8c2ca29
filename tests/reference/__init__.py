"""The oracle: the rules of a quarter as plain Python, to be read beside the model description.

Every submodel is one file of short functions that name their section (C.2 … C.18); actors are plain
objects, ties are dictionaries, loops are loops. Nothing here uses the compiled kernels: what they
share with the oracle is the registry of parameters and switches, the names of the random streams and
the state a run starts from. ``test_parity`` plays the same quarters with both and compares every
column after every step, and what was recorded with section E in plain Python (``outcomes``,
``world_outcomes``, ``tables``).
"""
