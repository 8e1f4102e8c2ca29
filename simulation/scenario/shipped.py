"""Where a shipped file is: scenarios, sweeps and notebooks, found by name from any folder.

In a clone they are folders beside the package, for people to read and change; in an installed package
they are inside it, where the build has put them (``setup.py``). Everything that names a shipped file
asks here. A file of the user's own comes first.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

ENDINGS = (".yaml", ".yml")
KINDS_OF_FILES = {"scenarios": "scenarios", "sweeps": os.path.join("scenarios", "sweeps"), "notebooks": "notebooks"}
"""What ships, and the folder it has in a clone and in an installed package."""
_PACKAGE = Path(__file__).parents[1]
_PACKED = _PACKAGE / "_shipped"
_LIKE_ENOUGH = 0.75
"""Likeness from which a name is worth proposing."""


def folder(what: str = "scenarios") -> Path:
    """The folder of the shipped ``scenarios``, ``sweeps`` or ``notebooks``."""
    root = _PACKED if _PACKED.is_dir() else _PACKAGE.parent
    return root / KINDS_OF_FILES[what]


def names(what: str = "scenarios") -> tuple[str, ...]:
    """Names of the shipped scenarios or sweeps, sorted."""
    return tuple(sorted(path.stem for path in folder(what).glob("*.yaml")))


def find(given: str, beside: str = "") -> str:
    """The file that somebody means: one of the user's own, else the shipped one of that name.

    Parameters
    ----------
    given
        ``my_scenario.yaml``, ``my_scenario`` or ``baseline``; also the path that a shipped file has in
        a clone, such as ``scenarios/baseline.yaml``.
    beside
        Folder in which a relative path starts; by default the working folder.

    Returns
    -------
    str
        Path of the file; where there is none of either kind, the path as given, seen from ``beside``.
    """
    path = os.path.normpath(os.path.join(beside, given)) if given else given
    if "\0" in given or not given:
        return path
    if not given.endswith(ENDINGS):
        own = next((path + ending for ending in ENDINGS if os.path.isfile(path + ending)), "")
        if own and not os.path.isfile(path):
            return own
    if os.path.isfile(path) or (os.path.lexists(path) and not os.path.isdir(path)):
        return path
    shipped = _shipped(given)
    return shipped if shipped else path


def shadowed(given: str) -> str:
    """The shipped file that a file of the user's own hides, when ``given`` is no more than a name; else nothing."""
    shipped = "" if os.path.dirname(given) else _shipped(given)
    taken = find(given)
    hidden = shipped and os.path.isfile(taken) and not os.path.samefile(taken, shipped)
    return shipped if hidden else ""


def missing(path: str, given: str = "", linked: bool = False, ships: bool = True) -> str:
    """What to say of a file that is nowhere: where it was looked for, and what it may be meant to be.

    Parameters
    ----------
    path
        What :func:`find` made of it.
    given
        As a file names it, where one does.
    linked
        Whether that file is a link: it may be meant from where the link leads to.
    ships
        Whether files of its kind ship: else none of them is meant.
    """
    place, name = os.path.split(path)
    try:
        there = [other for other in os.listdir(place or ".") if other != name]  # a dangling link is there too
    except (OSError, ValueError):  # ValueError: a path that no system can have
        there = []
    near = difflib.get_close_matches(name, there, n=1, cutoff=_LIKE_ENOUGH)
    if near and not given:
        return f"no such file; did you mean {near[0]!r}?"
    beside = ", beside the link and not beside the file it leads to" if linked else ""
    text = f"no such file {given!r}" if given else "no such file"
    advice = f"; did you mean {near[0]!r}?" if near else f"; {_advice(name)}" if ships else ""
    return f"{text} in {os.path.abspath(place)}{beside}{advice}"


def _advice(name: str) -> str:
    near = difflib.get_close_matches(_stem(name), [*names(), *names("sweeps")], n=1, cutoff=_LIKE_ENOUGH)
    return f"did you mean the shipped {near[0]!r}?" if near else "what ships: `wifaq list scenarios`"


def _shipped(given: str) -> str:
    """The shipped file of a name, or of the path that it has in a clone; nothing if there is none."""
    place, name = os.path.split(os.path.normpath(given))
    for what in ("scenarios", "sweeps"):
        path = os.path.join(folder(what), f"{_stem(name)}.yaml")
        if place in ("", KINDS_OF_FILES[what]) and os.path.isfile(path):
            return path
    return ""


def _stem(name: str) -> str:
    stem, ending = os.path.splitext(name)
    return stem if ending in ENDINGS else name
