"""Files to start from, put where the user wants them: a scenario of one's own, the notebooks."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from simulation.errors import Fault, InputError
from simulation.experiments.engine import store
from simulation.scenario import shipped
from simulation.scenario.load import load_scenario

TEMPLATE = Path(shipped.__file__).with_name("template.yaml")


def new_scenario(name: str, folder: str | os.PathLike[str] = ".") -> Path:
    """Write a commented scenario to start from, and say which file it is.

    Parameters
    ----------
    name
        Of the scenario, with or without ``.yaml``; it names result folders too.
    folder
        Where the file goes.

    Raises
    ------
    InputError
        If no scenario can have that name, a shipped one has it, or the file is there already.
    """
    stem, ending = os.path.splitext(name)
    if ending not in shipped.ENDINGS:
        stem, ending = name, shipped.ENDINGS[0]
    problem = _name_problem(stem)
    if problem:
        raise InputError(Fault("", problem, "NAME"))
    target = store.folder_of(folder) / f"{stem}{ending}"
    for other in (target.with_name(stem + known) for known in shipped.ENDINGS):
        if os.path.lexists(other):
            raise InputError(Fault("", "is there already; choose another name, or move it away", str(other)))
    store.check_writable(target.absolute().parent)
    with store.atomic_file(target) as partial:
        shutil.copyfile(TEMPLATE, partial)
    return target


def _name_problem(stem: str) -> str:
    """Why a new scenario cannot have a name; nothing if it can."""
    if stem in (*shipped.names(), *shipped.names("sweeps")):
        return f"{stem!r} is the name of a shipped file; choose another"
    try:
        load_scenario("baseline", name=stem)
    except InputError as error:
        return error.faults[0].message
    return ""


def copy_notebooks(folder: str | os.PathLike[str]) -> list[Path]:
    """Copy the shipped notebooks and their page into a folder, which is made if need be; returns the copies.

    Raises
    ------
    InputError
        If one of them is there already, or the folder cannot be written; then nothing is copied.
    """
    target = store.folder_of(folder)
    sources = sorted(path for path in shipped.folder("notebooks").iterdir() if path.suffix in (".ipynb", ".md"))
    there = [target / source.name for source in sources if os.path.lexists(target / source.name)]
    if there:
        raise InputError([Fault("", "is there already; name another folder", str(path)) for path in there])
    store.check_writable(target)
    target.mkdir(parents=True, exist_ok=True)
    for source in sources:
        with store.atomic_file(target / source.name) as partial:
            shutil.copyfile(source, partial)
    return [target / source.name for source in sources]
