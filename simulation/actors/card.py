"""The card of an actor that a notebook shows."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from simulation.state import DIMENSIONS

if TYPE_CHECKING:
    from simulation.actors.base import Actor

_DEPTHS = ("", "memorandum", "programme", "binding")


def card(actor: Actor) -> str:
    """A small HTML table: who it is, what it wants, whom it deals with. Text is escaped."""
    rows = [("kind", actor.kind.replace("_", " ")), ("home", actor.home or "international"), ("camp", actor.camp)]
    rows += [(name, f"{x:.2f}") for name, x in zip(DIMENSIONS, actor.position, strict=True)]
    for name in ("capacity", "transparency", "budget", "urgency"):
        if hasattr(actor, name):
            rows.append((name, f"{getattr(actor, name):.2f}"))
    deals = ", ".join(f"{partner} ({_DEPTHS[depth]})" for partner, depth in actor.partners.items())
    rows.append(("partners", deals or "none"))
    body = "".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in rows)
    return f"<table><caption>{escape(actor.name)} ({escape(actor.id)})</caption>{body}</table>"
