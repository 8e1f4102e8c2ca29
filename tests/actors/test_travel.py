"""Classes typed into a notebook, a script or a function work with several workers, to the same bits."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import mesa
import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from simulation import GovernanceModel, compare, run, sweep
from simulation.actors import Actor, Firm, StateActor
from simulation.errors import InputError, ModelError, RunError
from simulation.experiments.engine import executors
from simulation.experiments.engine.transport import goods_for, pack
from tests.shipped import SCENARIOS, shipped

ROOT = Path(__file__).parents[2]
BASELINE = SCENARIOS / "baseline.yaml"
SHORT = {"horizon": "2025Q3"}


class Hermit(StateActor):
    """Agrees to nothing, and turns to all alike; importable by name."""

    def partner_utility(self, partner: Actor) -> float:
        """Nobody draws it."""
        return -50.0


def _local(least: float) -> type[StateActor]:
    class Local(StateActor):
        def accepts(self, partner: Actor, utility: float) -> float:
            return super().accepts(partner, utility) if utility > least else 0.0

    return Local


def _series(actors: Any, workers: int, **options: Any) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return run(shipped(changes=SHORT), replicates=2, workers=workers, actors=actors, **options).series()


@pytest.mark.long
@pytest.mark.parametrize("actors", [{"MAR": Hermit}, {"state": _local(0.1)}], ids=["importable", "local"])
def test_any_number_of_workers_gives_the_same_bits(actors: Any) -> None:
    one, two = _series(actors, 1), _series(actors, 2)
    pd.testing.assert_frame_equal(one, two)
    assert not one.equals(_series(None, 1))


@pytest.mark.long
def test_a_class_reaches_workers_that_start_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As they do where they cannot be forked."""
    monkeypatch.setattr(executors, "forked", lambda: False)
    pd.testing.assert_frame_equal(_series({"state": _local(0.1)}, 1), _series({"state": _local(0.1)}, 2))


def test_what_cannot_travel_stays_and_says_so() -> None:
    lock = threading.Lock()

    class Locked(StateActor):
        def accepts(self, partner: Actor, utility: float) -> float:
            with lock:
                return super().accepts(partner, utility)

    scenario = shipped(changes=SHORT)
    with pytest.warns(UserWarning, match="Locked cannot travel .*lock.* run in this one"):
        found = run(scenario, replicates=2, workers=2, actors={"MAR": Locked})
    pd.testing.assert_frame_equal(found.series(), _series(None, 1))
    with pytest.warns(UserWarning, match="Locked cannot travel"):
        assert pack(goods_for({"": {"MAR": Locked}})) is None


def test_a_sweep_with_a_local_class(tmp_path: Path) -> None:
    base = tmp_path / "short.yaml"
    base.write_text(f"extends: {BASELINE}\nhorizon: 2025Q3\ntitle: short\nquestion: is it?\n")
    design = {
        "title": "t", "base": str(base), "design": "grid", "replicates": 1, "seed": 1,
        "factors": {"parameters.rivalry": [0.5, 2.0]},
    }  # fmt: skip
    found = {}
    for workers in (1, 2):
        results = sweep(design, out=tmp_path / f"w{workers}", workers=workers, actors={"MAR": _local(0.1)})
        found[workers] = results.series()
    pd.testing.assert_frame_equal(found[1], found[2])
    with pytest.raises(InputError, match=r"holds a sweep that has changed since.*actors MAR changed"):
        sweep(design, out=tmp_path / "w1", workers=1, actors={"MAR": _local(0.2)})


def test_comparing_a_scenario_with_and_without() -> None:
    scenario = shipped(changes=SHORT | {"replicates": 2})
    found = compare([scenario, scenario], workers=2, actors=[None, {"MAR": Hermit}])
    same = compare([scenario, scenario], workers=1, actors={"MAR": Hermit})
    assert not found.failures
    assert found.contrasts["difference"].abs().sum() > 0
    assert same.contrasts["difference"].abs().sum() == 0
    with pytest.raises(InputError, match="3 mappings for 2 scenarios"):
        compare([scenario, scenario], actors=[None, None, None])


@pytest.mark.parametrize(
    ("actors", "fault"),
    [
        ({"SEM": Hermit}, "no actor or kind 'SEM'; did you mean"),
        ({"firm": Hermit}, "Hermit cannot play .*: it must be a Firm"),
        ({"MAR": Firm}, "cannot play MAR"),
        ({"MAR": "Hermit"}, "'Hermit' cannot play MAR"),
    ],
)
def test_a_cast_that_cannot_be_is_refused_before_any_work(actors: Any, fault: str) -> None:
    with pytest.raises(ModelError, match=fault):
        run(shipped(changes=SHORT), replicates=2, workers=2, actors=actors)


def test_the_manifest_knows_the_source_and_what_it_uses() -> None:
    scenario = shipped(changes=SHORT)
    infos = [
        run(scenario, replicates=1, workers=1, actors=actors).info
        for actors in (None, {"MAR": _local(0.1)}, {"MAR": _local(0.1)}, {"MAR": _local(0.2)}, {"SEN": _local(0.1)})
    ]
    assert [list(info["hashes"]["actors"]) for info in infos] == [[], ["MAR"], ["MAR"], ["MAR"], ["SEN"]]
    names = [info["run"] for info in infos]
    assert names[1] == names[2]
    assert len(set(names)) == 4


def test_what_a_worker_cannot_import_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ghost = ModuleType("ghost")
    exec("from simulation.actors import StateActor\nclass Ghost(StateActor):\n    _here = 1\n", vars(ghost))
    monkeypatch.setitem(sys.modules, "ghost", ghost)
    with pytest.raises(RunError, match=r"a worker cannot load the actors .*No module named 'ghost'.*use one worker"):
        run(shipped(changes=SHORT), replicates=2, workers=2, actors={"MAR": ghost.Ghost})


def test_mesas_batch_run_takes_actors() -> None:
    rows = mesa.batch_run(
        GovernanceModel, {"scenario": [shipped(changes=SHORT)], "actors": [None, {"MAR": Hermit}]},
        number_processes=1, display_progress=False,
    )  # fmt: skip
    assert rows[0]["cooperation"] != rows[1]["cooperation"]


# --- a script, and a real kernel


SCRIPT = """
import warnings
from simulation import load_scenario, metric, run
from simulation.actors import StateActor

LEAST = 0.1

def helper(utility):
    return utility > LEAST

class Picky(StateActor):
    _calls = 0

    def accepts(self, partner, utility):
        self._calls += 1
        return super().accepts(partner, utility) if helper(utility) else 0.0

@metric("mine", unit="1", bounds=(0, None))
def mine(view):
    return LEAST * len(view.ids)

if __name__ == "__main__":
    warnings.simplefilter("error")
    scenario = load_scenario("BASELINE", horizon="2025Q1")
    runs = [run(scenario, replicates=2, workers=w, actors={"state": Picky}) for w in WORKERS]
    assert runs[0].series().equals(runs[-1].series())
    assert not runs[0].failures
    print(runs[0].info["hashes"]["actors"]["state"], runs[-1].info["run"] == runs[0].info["run"])
""".replace("BASELINE", BASELINE.as_posix())


def _run_script(path: Path, text: str, workers: tuple[int, ...] = (1,)) -> str:
    path.write_text(text.replace("WORKERS", repr(workers)))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, str(path)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.long
def test_a_class_of_a_script(tmp_path: Path) -> None:
    first, again = (_run_script(tmp_path / "script.py", SCRIPT, workers) for workers in ((1, 2), (1,)))
    assert first == again  # the hash is the same in each session
    assert first.split()[1] == "True"


CELLS = (
    f"""
import warnings
warnings.simplefilter("error", UserWarning)
from simulation import load_scenario, metric, run, sweep, GovernanceModel
from simulation.actors import StateActor
scenario = load_scenario({BASELINE.as_posix()!r}, horizon="2025Q3")
""",
    """
LEAST = 0.1
class Picky(StateActor):
    def accepts(self, partner, utility):
        return super().accepts(partner, utility) if utility > LEAST else 0.0

@metric("mine", unit="1", bounds=(0, None))
def mine(view):
    return float(len(view.ids))
""",
    """
runs = [run(scenario, replicates=2, workers=w, actors={"state": Picky}) for w in (1, 2)]
assert runs[0].series().equals(runs[1].series()) and not runs[0].failures and not runs[1].failures
print("same", len(runs[0].info["hashes"]["actors"]["state"]))
""",
    """

class Wrong(StateActor):
    def partner_utility(self, partner):
        return -99

    def accepts(self, partner, utility):
        return 1 / 0
""",
    """
for workers in (1, 2):
    try:
        run(scenario, replicates=2, workers=workers, actors={"MAR": Wrong})
    except Exception as error:
        print(error)
model = GovernanceModel(scenario, actors={"state": Wrong})
del Wrong.partner_utility
model = GovernanceModel(scenario, actors={"state": Wrong})
try:
    model.run()
except Exception as error:
    print(error)
try:
    class Misspelt(StateActor):
        def acept_offer(self, partner, utility):
            return 1.0
except Exception as error:
    print(error)
""",
)


@pytest.mark.long
def test_a_class_of_a_notebook_in_a_real_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    told = ["".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells]
    assert told[2] == "same 64\n"
    one, two, failing, misspelt = told[4].splitlines()
    assert one == two  # a worker knows the cells too
    assert "cell In[4], line 2: Wrong.partner_utility of MAR in 2025Q1 returned -99" in one
    assert failing.startswith("cell In[4], line 6: Wrong.accepts of ")
    assert failing.endswith("failed: ZeroDivisionError: division by zero")
    assert misspelt.startswith("cell In[5], line ")
    assert "did you mean 'accepts'?" in misspelt
    assert "ipykernel" not in told[4]
