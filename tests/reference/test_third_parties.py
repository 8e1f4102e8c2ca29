"""Third parties (C.18) join in the kernels as in the oracle, in worlds where they do join."""

from __future__ import annotations

import pytest

from tests.reference.parity import play_both
from tests.reference.strategies import rich_model


@pytest.mark.parametrize("reluctance", [-2.0, -20.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_third_parties_join_where_most_agree_and_where_all_do(seed: int, reluctance: float) -> None:
    """At the usual κ no third joins so small a world; with q of about .6 to .95 one does, with q of 1 several would."""
    model = rich_model(seed)
    model.state.reluctance[:] = reluctance
    deals = [deal for i in play_both(model, 6).world.actors for deal in i.deals.values()]
    assert any(deal.track == "trilateral" and not deal.planned for deal in deals)
