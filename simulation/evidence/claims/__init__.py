"""Every claim of the paper and every proposition of section F: what each is tested by, and the verdict.

``python -m simulation.evidence.claims`` (``make pages WHAT=claims``) tests all and writes
``claims.csv``, ``claims.md`` and ``claims_checks.md`` in ``docs/results/``; ``--stale`` tests what is out of date,
``--only C4 C63`` tests a few and prints them. From Python::

    from simulation.evidence.claims import LEDGER, measure
    measure([LEDGER["C63"]], most=40)

``estimands.csv`` every check, written down before anything is run, ``ledger.csv`` every claim,
``first_edition.csv`` the verdicts of the first edition · ``ledger`` reads them · ``verdicts`` the one
rule · ``arms`` what is compared, and over what · ``records`` figures of the data · ``measures``,
``formula`` numbers that only claims need · ``running`` batches of pairs · ``measuring`` the table ·
``page`` the page.
"""

from simulation.evidence.claims.ledger import LEDGER, Claim
from simulation.evidence.claims.measuring import measure
from simulation.evidence.claims.page import read_table
from simulation.evidence.claims.verdicts import verdict

__all__ = ["LEDGER", "Claim", "measure", "read_table", "verdict"]
