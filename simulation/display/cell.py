"""A page in a cell of a notebook."""

from __future__ import annotations

from html import escape

_HEIGHT = 900  # pixels


class View:
    """A page that is served on this machine, shown in the cell that it ends.

    Attributes
    ----------
    address
        Where it is, for a tab of its own.
    """

    def __init__(self, address: str):
        self.address = address

    def _repr_html_(self) -> str:
        frame = f'title="Wifaq" width="100%" height="{_HEIGHT}" allow="clipboard-write"'
        return f'<iframe src="{escape(self.address)}" {frame}></iframe>'
