"""The page in a cell of a notebook: the same rooms, served beside the notebook's own process."""

from __future__ import annotations

import queue
import tempfile
import threading
from pathlib import Path

from simulation.app.live import Live
from simulation.app.serve import serve
from simulation.display.cell import View
from simulation.errors import WifaqError
from simulation.experiments.results import Results
from simulation.model import GovernanceModel
from simulation.scenario.dump import scenario_to_yaml
from simulation.scenario.parameters import Parameters


def view(what: str | Path | Results | GovernanceModel = "baseline", *, language: str = "en") -> View:
    """Open the live world of a scenario or a model, or the forecast of results, in the cell that this ends.

    Parameters
    ----------
    what
        File or name of a scenario; a model, which is shown as it stands, with what was written into it, and steps with
        the page (going back shows quarters as they were kept since the first view, the model stays where it is; a
        slider leaves it for a fresh world of its scenario); or results, whose fans are shown beside other runs.
    language
        ``en``, ``fr`` or ``ar``.

    Raises
    ------
    InputError
        If the scenario is at fault, or packages are missing.
    """
    shown: Results | Live | None = None
    if isinstance(what, Results):
        shown, scenario = what, _written(str(what.info["scenario"]), what.scenario_text)
    elif isinstance(what, GovernanceModel):
        shown, scenario = Live.of(what), _written(what.scenario.name, _text_of(what))
    else:
        scenario = str(what)
    said: queue.Queue[str | WifaqError] = queue.Queue()

    def run() -> None:
        try:
            serve(scenario, browser=False, language=language, tell=said.put, shown=shown)
        except WifaqError as error:
            said.put(error)

    threading.Thread(target=run, daemon=True).start()
    answer = said.get()
    if isinstance(answer, WifaqError):
        raise answer
    return View(answer + ("?room=forecast" if isinstance(shown, Results) else ""))


def _text_of(model: GovernanceModel) -> str:
    """The model's scenario with every parameter set: a fresh world of it has the same, and draws none."""
    every = {"parameters": Parameters(model.parameters.as_dict())}
    return scenario_to_yaml(model.scenario.model_copy(update=every))


def _written(name: str, text: str) -> str:
    path = Path(tempfile.mkdtemp(prefix="wifaq-view-")) / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)
