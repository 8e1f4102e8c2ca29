"""Every claim of the paper, what it is tested by, and the verdict.

``python -m simulation.evidence.claims`` (``make pages WHAT=claims``) tests all and writes
``docs/results/claims.csv`` and ``docs/results/claims.md``; ``--only C4 C63`` tests a few and prints them. From Python::

    from simulation.evidence.claims import LEDGER, measure
    measure([LEDGER["C63"]], replicates=10)

``checks`` what a claim is tested by, and the rule of the verdict · ``problem``, ``reasons``,
``partners``, ``conclusion`` the claims by part of the paper · ``ledger`` all of them · ``arms`` what is
compared · ``records`` figures of the data · ``measures`` numbers that only claims need ·
``measuring`` running and hashing · ``page`` the table and the page.
"""

from simulation.evidence.claims.checks import Claim, verdict
from simulation.evidence.claims.ledger import LEDGER
from simulation.evidence.claims.measuring import measure
from simulation.evidence.claims.page import read_table

__all__ = ["LEDGER", "Claim", "measure", "read_table", "verdict"]
