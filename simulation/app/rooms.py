"""The rooms beside the world: forecast, scenario, opportunities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiny import Inputs, Session

if TYPE_CHECKING:
    from simulation.app.desk import Desk


def open_rooms(desk: Desk, input: Inputs, session: Session) -> None:
    """Listen to the page."""
