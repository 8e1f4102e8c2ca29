"""The weights of first trust are those that agreements on defence give."""

import os
from pathlib import Path

import pytest

from simulation.data.trust import LOG_ODDS
from simulation.evidence.deals import trust

SOURCE = Path(os.environ.get("WIFAQ_SHARED", Path(__file__).parents[3].parent / "shared")) / "data"
FITTED = ("tone", "clubs", "rival", "conflict")


@pytest.mark.skipif(not SOURCE.is_dir(), reason=f"the gathered sources are not beside the project ({SOURCE})")
def test_shipped_weights_are_the_fitted_ones(capsys):
    trust.main(SOURCE)
    found = {name: (float(weight), float(error.strip("()"))) for name, weight, error in
             map(str.split, capsys.readouterr().out.splitlines())}
    for name in FITTED:
        weight, error = found[name]
        assert LOG_ODDS[name] == pytest.approx(weight, abs=0.05), name
        assert abs(weight) > 2 * error, name
    for name in set(trust.WEIGHTS) - set(FITTED):  # what the data cannot tell is an assumption
        weight, error = found[name]
        assert abs(weight) < 2 * error, name
