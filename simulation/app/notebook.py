"""The page in a cell of a notebook: the same rooms, served beside the notebook's own process."""

from __future__ import annotations

import queue
import tempfile
import threading
from html import escape
from pathlib import Path

from simulation.app.serve import serve
from simulation.errors import WifaqError
from simulation.experiments.results import Results

_HEIGHT = 900  # pixels


class View:
    """A page that a notebook shows.

    Attributes
    ----------
    address
        Where it is, for a tab of its own.
    """

    def __init__(self, address: str):
        self.address = address

    def _repr_html_(self) -> str:
        return f'<iframe src="{escape(self.address)}" title="Wifaq" width="100%" height="{_HEIGHT}"></iframe>'


def view(what: str | Path | Results = "baseline", *, language: str = "en") -> View:
    """Open the live world of a scenario, or the forecast of results, in the cell that this ends.

    Parameters
    ----------
    what
        File or name of a scenario; or results, whose fans are shown and can be compared with other runs.
    language
        ``en``, ``fr`` or ``ar``.

    Raises
    ------
    InputError
        If the scenario is at fault, or packages are missing.
    """
    results = what if isinstance(what, Results) else None
    if results is not None:
        what = Path(tempfile.mkdtemp(prefix="wifaq-view-")) / f"{results.info['scenario']}.yaml"
        what.write_text(results.scenario_text, encoding="utf-8")
    said: queue.Queue[str | WifaqError] = queue.Queue()

    def run() -> None:
        try:
            serve(str(what), browser=False, language=language, tell=said.put, results=results)
        except WifaqError as error:
            said.put(error)

    threading.Thread(target=run, daemon=True).start()
    answer = said.get()
    if isinstance(answer, WifaqError):
        raise answer
    return View(answer + ("?room=forecast" if results is not None else ""))
