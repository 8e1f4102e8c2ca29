"""What can be named in a scenario, as rows for ``wifaq list``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from simulation.data.tables import read_csv
from simulation.data.world import load_world
from simulation.errors import Fault, InputError
from simulation.scenario import shipped
from simulation.scenario.checks import RECORD_END
from simulation.scenario.load import load_scenario
from simulation.scenario.mechanisms import MECHANISMS
from simulation.scenario.parameters import PARAMETERS
from simulation.scenario.source import read_file
from simulation.state import KINDS

Row = dict[str, str | int | float | bool | None]
EFFECTS = Path(__file__).with_name("parameter_effects.csv")
"""How far each parameter moves the headline: a result, so it stands apart from the data that runs are made from."""


def list_scenarios(folder: str | os.PathLike[str] | None = None) -> list[Row]:
    """Scenario files by name; a faulty file says how many faults it has.

    Parameters
    ----------
    folder
        Whose files; by default those of the user's own in the working folder, then the shipped ones,
        which a name is enough for.

    Raises
    ------
    InputError
        If the folder cannot be read.
    """
    if folder is not None:
        return _rows(_files(folder), str)
    own = [path for path in _files(".") if _is_scenario(path)]
    return _rows(own, str) + _rows(_files(shipped.folder()), lambda path: path.stem)


def _files(folder: str | os.PathLike[str]) -> list[Path]:
    try:
        return sorted(path for path in Path(folder).iterdir() if path.suffix in shipped.ENDINGS)
    except OSError as error:
        raise InputError(Fault("", f"cannot be read: {error.strerror}", os.fspath(folder))) from None


def _is_scenario(path: Path) -> bool:
    """Whether a file of the working folder is meant as a scenario: other programs have YAML files too."""
    root = read_file(str(path), [])
    return root is not None and bool({"extends", "focal"} & set(root.value))


def _rows(files: Iterable[Path], named: Callable[[Path], str]) -> list[Row]:
    rows: list[Row] = []
    for path in files:
        row: Row = {"file": named(path)}
        try:
            scenario = load_scenario(path)
        except InputError as error:
            row |= {
                "title": f"({len(error.faults)} faults; see `wifaq check {path}`)",
                "question": "",
                "claims": "",
            }
        else:
            claims = " ".join(scenario.claims)
            row |= {"title": scenario.title, "question": scenario.question, "claims": claims}
        rows.append(row)
    return rows


def list_parameters() -> list[Row]:
    """Every number of the model, in the order of the model description.

    ``moves`` is by how much per cent it moves the focal state's kept commitments, from its lowest to its highest
    value, in one run of the baseline that ships.
    """
    moves = {row["parameter"]: _moves(row) for row in read_csv(EFFECTS)}
    return [
        {
            "name": p.name, "default": p.default, "low": p.low, "high": p.high, "unit": p.unit, "moves": moves[p.name],
            "section": p.section, "source": p.source, "meaning": p.meaning,
        }
        for p in PARAMETERS.values()
    ]  # fmt: skip


def _moves(row: Mapping[str, str]) -> str:
    """Changes at the lowest and highest value, in per cent; within two standard errors it is not told from none."""
    told = []
    for side in ("low", "high"):
        change, error = float(row[f"change_at_{side}"]), float(row[f"se_at_{side}"])
        told.append(f"{change:+.0f} %" if abs(change) > 2.0 * error and round(change) else "not told")
    return " … ".join(told)


def list_mechanisms() -> list[Row]:
    """Every mechanism with its options; the first is the default."""
    return [
        {
            "name": m.name, "options": " | ".join(m.options), "default": m.default,
            "section": m.section, "claims": m.claims, "meaning": m.meaning,
        }
        for m in MECHANISMS.values()
    ]  # fmt: skip


def list_actors() -> list[Row]:
    """Every actor of the world on the last day of the record; ``core`` says whether it is in the core roster."""
    world = load_world(RECORD_END, "full")
    core = set(load_world(RECORD_END, "core").ids)
    return [
        {
            "id": name,
            "name": world.names[index],
            "kind": KINDS[world.kind[index]],
            "home": world.ids[world.home[index]] if world.home[index] >= 0 else "",
            "subregion": world.subregion[index],
            "core": name in core,
        }
        for index, name in enumerate(world.ids)
    ]


def list_blocs() -> list[Row]:
    """Every bloc on that day."""
    return [
        {
            "id": bloc.id, "name": bloc.name, "rule": bloc.rule, "threshold": bloc.threshold,
            "agenda_rate": bloc.agenda_rate, "depth": bloc.depth, "enforcement": bloc.enforcement,
            "regional": bloc.regional, "members": len(bloc.members),
        }
        for bloc in load_world(RECORD_END).blocs
    ]  # fmt: skip


def list_instruments() -> list[Row]:
    """Every instrument on that day; ``open`` says whether it can still be joined."""
    return [
        {
            "id": text.id, "title": text.title, "track": text.track, "domain": text.domain,
            "binding": text.binding, "opens": str(text.opens), "closes": str(text.closes or ""),
            "open": text.open_at_as_of, "eligible": len(text.eligible), "joined": len(text.joined),
        }
        for text in load_world(RECORD_END).instruments
    ]  # fmt: skip


LISTS: Mapping[str, Callable[[], list[Row]]] = {
    "scenarios": list_scenarios,
    "parameters": list_parameters,
    "mechanisms": list_mechanisms,
    "actors": list_actors,
    "blocs": list_blocs,
    "instruments": list_instruments,
}
"""What ``wifaq list`` can list from here, by word."""
