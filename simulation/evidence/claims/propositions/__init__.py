"""The directional propositions of section F, tested in pairs of runs that share their luck.

Run ``python -m simulation.evidence.claims.propositions [--replicates N] [--workers W] [--out FILE]`` from the
folder that holds ``scenarios/``; it writes ``docs/results/findings.md``.

``arms`` what is compared · ``registry`` the propositions · ``effects`` running, measuring, the verdict ·
``measures`` numbers that only they need · ``phase`` the phase boundary of P4 · ``page`` the page that is written.
"""

from simulation.evidence.claims.propositions.arms import ARMS
from simulation.evidence.claims.propositions.effects import Finding, Proposition, judge, run_arms, verdict
from simulation.evidence.claims.propositions.registry import PROPOSITIONS

__all__ = ["ARMS", "PROPOSITIONS", "Finding", "Proposition", "judge", "run_arms", "verdict"]
