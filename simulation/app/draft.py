"""The scenario that a reader is making: a YAML text that extends another scenario, checked like any file.

Nothing outside the chosen folder is read for it, but what ships and the scenario named at the start.
"""

from __future__ import annotations

import base64
import binascii
import io
import threading
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from simulation.errors import Fault, InputError
from simulation.experiments.ask import load
from simulation.experiments.engine.atomic import atomic_file
from simulation.scenario.fields import PARTS
from simulation.scenario.schema import Scenario
from simulation.scenario.shipped import names
from simulation.scenario.source import MAX_BYTES, Node, mapping, parse_all

FILE = "my_scenario.yaml"
"""Name of the text in the chosen folder, and in what is said of it."""
_FILES = ("deals", "joins")
"""Keys of ``records`` that name files."""


@dataclass(frozen=True)
class Draft:
    """A scenario as a text.

    Attributes
    ----------
    text
        YAML; it extends a shipped scenario, ``given`` or nothing.
    folder
        Where it is written to be checked, and where files that it names may lie.
    given
        The user's own scenario file that the text may extend; empty for none.
    """

    text: str
    folder: Path
    given: str = ""

    @classmethod
    def of(cls, base: str, folder: Path, given: str = "") -> Draft:
        """A draft that changes nothing of its base yet."""
        return cls(f"extends: {base}\n", folder, given)

    @property
    def base(self) -> str:
        """What it extends; nothing where it stands alone."""
        return str(self._tree().get("extends", ""))

    @property
    def plain(self) -> bool:
        """Whether it is its base and no more."""
        return set(self._tree()) <= {"extends"}

    def values(self) -> dict[str, Any]:
        """What it sets, by dotted key: single values and lists."""
        return dict(_leaves(self._tree()))

    def having(self, key: str, value: Any) -> Draft:
        """The draft with one value more; comments stay. With None the key goes back to what the base says.

        Parameters
        ----------
        key
            Dotted, as ``parameters.rivalry``.
        """
        tree, parts = self._tree(), key.split(".")
        tree.pop(key, None) if len(parts) > 1 else None  # written with a dot
        places = [tree]
        for part in parts[:-1]:
            if not isinstance(places[-1].get(part), dict):
                if value is None:
                    break
                number = places[-1].get(part)  # `fragmentation: 0.4` stands for its four parts
                spread = part == "fragmentation" and isinstance(number, int | float)
                places[-1][part] = CommentedMap(dict.fromkeys(PARTS, number) if spread else {})
            places.append(places[-1][part])
        if value is not None:
            places[-1][parts[-1]] = value
        elif len(places) == len(parts):
            places[-1].pop(parts[-1], None)
            if len(parts) > 1 and not places[-1]:
                del places[-2][parts[-2]]
        stream = io.StringIO()
        _yaml().dump(tree, stream)
        return replace(self, text=stream.getvalue())

    def poking(self, scenario: Scenario, what: str, actor: str, share: float) -> Draft:
        """The draft with another trust of an actor in the focal state at the start, or less of its budget.

        Parameters
        ----------
        scenario
            What the draft is now: its other entries of the list are kept, for a list replaces that of the base whole.
        what
            ``trust``; or ``budget``, of which a share is left in every quarter.
        share
            In [0, 1].
        """
        key = "trust" if what == "trust" else "shocks"
        held = [entry.model_dump(mode="json", exclude_none=True) for entry in getattr(scenario, key)]
        pair = [actor, scenario.focal]
        if what == "trust":
            kept = [entry for entry in held if entry["pair"] != pair]
            return self.having(key, [*kept, {"pair": pair, "value": share, "symmetric": False}])
        kept = [entry for entry in held if (entry["kind"], entry["actors"]) != (_CUT, [actor])]
        cut = {"quarter": str(scenario.start), "kind": _CUT, "size": share, "duration": scenario.quarters}
        return self.having(key, [*kept, {**cut, "actors": [actor]}])

    def scenario(self) -> Scenario:
        """The scenario, loaded and checked as ``wifaq check`` and ``wifaq run`` do.

        Raises
        ------
        InputError
            With every fault and its place in the text, or naming a file that may not be read.
        """
        sound, path = self._confine(), self.folder / FILE
        try:
            with _ONE_AT_A_TIME:
                with atomic_file(path) as place:
                    place.write_text(self.text, encoding="utf-8")
                return load(self.base if sound and self.plain and self.base else path)
        except InputError as error:
            raise InputError([replace(fault, file=PurePath(fault.file).name) for fault in error.faults]) from None

    def _root(self, faults: list[Fault]) -> Node | None:
        """The text as every scenario is read, with its guards against size, depth, aliases and tags."""
        if len(self.text.encode()) > MAX_BYTES:
            raise InputError(Fault("", f"is longer than {MAX_BYTES} bytes", FILE))
        return mapping(parse_all(self.text, FILE, faults), faults)

    def _tree(self) -> Any:
        faults: list[Fault] = []
        self._root(faults)  # before what keeps comments, which has none of the guards
        if faults:
            raise InputError(faults)
        return _yaml().load(self.text) or CommentedMap()

    def _confine(self) -> bool:
        """Refuse a base or a table that would be read from elsewhere; whether all else can be read, too."""
        unread: list[Fault] = []
        root = self._root(unread)
        allowed = [*names(), *(f"{name}.yaml" for name in names()), *([self.given] if self.given else [])]
        faults = []
        for key, node in _nodes(root) if root else ():
            if key == "extends" and node.value not in allowed:
                faults.append(node.mark.fault(key, f"must be a shipped scenario here: {', '.join(names())}"))
            if key in [f"records.{name}" for name in _FILES] and isinstance(node.value, str):
                home = self.folder.resolve()
                if not (home / node.value).resolve().is_relative_to(home):
                    faults.append(node.mark.fault(key, f"must be a file in {self.folder}"))
        if faults:
            raise InputError(unread + faults)
        return not unread


_CUT = "budget_cut"
_ONE_AT_A_TIME = threading.Lock()
"""Two pages of one program write the same file."""


def _yaml() -> YAML:
    """One that keeps comments and makes plain values only."""
    made = YAML(typ="rt", pure=True)
    made.width = 100
    return made


def _leaves(tree: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _nodes(root: Node, before: str = "") -> Iterator[tuple[str, Node]]:
    """Every node of a mapping by its dotted key, however that is written."""
    for key, node in root.value.items():
        yield f"{before}{key}", node
        if isinstance(node.value, dict):
            yield from _nodes(node, f"{before}{key}.")


def to_address(text: str) -> str:
    """A text as it stands in an address."""
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def from_address(told: str) -> str:
    """The text that stands in an address.

    Raises
    ------
    InputError
        If it is no such text, or longer than any scenario may be.
    """
    try:
        packed = base64.b64decode(told + "=" * (-len(told) % 4), altchars=b"-_", validate=True)
        opened = zlib.decompressobj()
        text = opened.decompress(packed, MAX_BYTES)
        if opened.unconsumed_tail or not opened.eof:
            raise ValueError
        return text.decode()
    except (ValueError, binascii.Error, zlib.error):
        raise InputError(Fault("", "the scenario in this address is damaged", "link")) from None
