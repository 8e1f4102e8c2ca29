"""What a forecast of a layer stands on, as of a day: who could deal with whom, why, and what is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from simulation.data.judged_pairs import Places, states_and_union
from simulation.evidence.deals.covariates import covariates, ground
from simulation.evidence.deals.posterior import Posterior, posterior_of
from simulation.evidence.deals.record import Record, ai_deals, shipped_treaties
from simulation.evidence.deals.recording import reasons
from simulation.state import F


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer of pairs as of a day.

    Attributes
    ----------
    places
        The n actors.
    posterior
        What is known of its intensity.
    x, mask, z
        (K, n, n) covariates, (n, n) possible pairs, (R, n, n) reasons of being recorded.
    record
        Agreements recorded by the day.
    """

    places: Places
    posterior: Posterior
    x: F
    mask: F
    z: F
    record: Record


def known_by(record: Record, day: date) -> Record:
    """Agreements that had surely happened by a day."""
    return record.where(record.day <= day.toordinal())


def state_layer(as_of: date, posterior: Posterior | None = None) -> Layer:
    """Pairs of states, the EU among them; covariates are of the posterior's year's end.

    Raises
    ------
    InputError
        If the day is before the first fit.
    """
    places = states_and_union()
    known = posterior or posterior_of(as_of)
    here = ground(places, known.year)
    record = known_by(ai_deals(places), as_of)
    x = covariates(places, known.year, record, shipped_treaties(places), here)
    return Layer(places, known, x, here.mask, reasons(places, here.size), record)
