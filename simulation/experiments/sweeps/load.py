"""Loading a sweep: the file, its base scenarios, every level of every factor; all faults together."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from simulation.errors import Fault, InputError, repeated
from simulation.experiments.sweeps.schema import (
    MINUS,
    NEED_SALIB,
    SAMPLED,
    Categories,
    Factor,
    Kept,
    Range,
    SweepFile,
    label,
)
from simulation.scenario.layers import EXTENDS, means_sweep, node_of, with_ids
from simulation.scenario.load import Places, fault_at, in_file_order, load_scenario, mended, written
from simulation.scenario.messages import Path, sentence
from simulation.scenario.remarks import remarks
from simulation.scenario.schema import Scenario
from simulation.scenario.shipped import find, missing
from simulation.scenario.source import Mark, Node, plain, read_file

FORBIDDEN = ("name", "title", "question", "claims", "replicates", "seed", "record", "peers")
"""Keys of a scenario that are no factors: they change no number of a run, or are the sweep's own."""
_Section = TypeVar("_Section", bound=BaseModel)


@dataclass(frozen=True)
class Sweep:
    """A sweep, complete and checked.

    Attributes
    ----------
    name, title, question
        What it is called and asks; the name is that of the file.
    bases
        Scenarios with which the design is crossed, in order, each with its own name.
    design, factors, samples
        How the factors' values are combined.
    replicates, seed, common
        Runs of a design point; seed of the design and of the runs; whether all points share it.
    kept
        What is recorded.
    drawn
        Whether each replicate draws the free parameters.
    held
        Which parameters are drawn and which are held fixed, in words.
    show
        Metrics, or differences of two, that are summarised and drawn.
    notes
        What the user should know.
    root
        The file as read, for the places of faults.
    """

    name: str
    title: str
    question: str
    bases: tuple[Scenario, ...]
    design: str
    factors: Mapping[str, Factor]
    samples: int | None
    replicates: int
    seed: int
    common: bool
    kept: Kept
    drawn: bool = False
    held: str = ""
    show: tuple[str, ...] = ("commitments_kept",)
    notes: tuple[str, ...] = ()
    root: Node = field(default_factory=lambda: Node({}, Mark("")), repr=False, compare=False)


def load_sweep(
    source: str | os.PathLike[str] | Mapping[str, Any],
    *,
    sets: Iterable[str] = (),
    focal: str | None = None,
    replicates: int | None = None,
    samples: int | None = None,
    seed: int | None = None,
) -> Sweep:
    """Load a sweep file, or a mapping with the same keys.

    Parameters
    ----------
    source
        Path of a YAML file, the name of a shipped sweep, or a mapping in which ``base`` and ``scenarios``
        may hold scenarios.
    sets, focal
        Changes to every base scenario, as on the command line.
    replicates, samples, seed
        In place of the file's.

    Raises
    ------
    InputError
        With every fault found, each with file, line, column and key.
    """
    faults: list[Fault] = []
    given: dict[str, Scenario] = {}
    if isinstance(source, Mapping):
        root: Node | None = _from_mapping(source, given)
        file = ""
    else:
        file = find(os.fspath(source))
        root = read_file(file, faults, form="a mapping of keys such as `design: grid`")
        if root is not None and {EXTENDS, "focal"} & set(root.value) and not means_sweep(root):
            raise InputError(Fault("", "is a scenario; give it to `wifaq run`", file))
    if root is None:
        raise InputError(in_file_order(faults, file))
    root = with_ids(root)
    for key, value in (("replicates", replicates), ("samples", samples), ("seed", seed)):
        if value is not None:
            root.value[key] = Node(value, Mark(f"--{key}"))
    loader = _Loader(root, file, faults, given, tuple(sets), focal)
    sweep = loader.load()
    if faults or sweep is None:
        raise InputError(in_file_order(faults, file))
    return sweep


def is_sweep(path: str | os.PathLike[str]) -> bool:
    """Whether a file is meant as a sweep; a file that cannot be read is not."""
    root = read_file(find(os.fspath(path)), [])
    return root is not None and means_sweep(root)


def _from_mapping(source: Mapping[str, Any], given: dict[str, Scenario]) -> Node:
    """A mapping as a node; scenarios in it are put aside and stand there by name."""

    def named(value: Any) -> Any:
        if isinstance(value, Scenario):
            given[value.name] = value
            return value.name
        return os.fspath(value) if isinstance(value, os.PathLike) else value

    plain_values = dict(source)
    if "base" in plain_values:
        plain_values["base"] = named(plain_values["base"])
    if isinstance(plain_values.get("scenarios"), list | tuple):
        plain_values["scenarios"] = [named(value) for value in plain_values["scenarios"]]
    return node_of(plain_values, Mark(""))


class _Loader:
    """One sweep file on its way to a :class:`Sweep`, collecting faults."""

    def __init__(
        self,
        root: Node,
        file: str,
        faults: list[Fault],
        given: Mapping[str, Scenario],
        sets: tuple[str, ...],
        focal: str | None,
    ):
        self.root, self.file, self.faults, self.given = root, file, faults, given
        self.sets, self.focal = sets, focal

    def fault(self, path: Path, message: str) -> None:
        self.faults.append(fault_at(self.root, path, message))

    def load(self) -> Sweep | None:
        from simulation.experiments.sweeps import prior  # brings the compiler, which no scenario's check needs

        data, wrong = plain(self.root), list[Path]()
        spec = self.parse(SweepFile, data, (), wrong)
        factors = self.factors()
        bases = self.bases()
        rest, places = (spec, {}) if spec else mended(SweepFile, data, wrong, {"design": "list"})
        if rest is not None:
            self.check_design(rest, factors, {path[0] for path in wrong if path}, places)
        if self.faults:  # the whole design cannot be tried, so at least each level alone
            self.faults += level_faults(self.root, bases, factors, (Range, Categories))
        else:
            self.faults += level_faults(self.root, bases, factors, (Range,))
        if spec is None or not bases:
            return None
        seed = self.seed(spec, bases)
        if spec.parameters == "factors":
            factors = {**factors, **{k: f for k, f in prior.ranges().items() if k not in factors}}
        drawn = spec.parameters == "prior"
        held = prior.held(spec.parameters, bases, factors)
        notes = tuple(f"{base.name}: {remark}" for base in bases for remark in remarks(base))
        name = os.path.splitext(os.path.basename(self.file))[0] or "sweep"
        count = spec.replicates or min(base.replicates for base in bases)
        return Sweep(
            name, spec.title or name, spec.question, tuple(bases), spec.design, factors, spec.samples, count,
            seed, spec.random_numbers == "common", spec.record, drawn, held, spec.show, notes, self.root,
        )  # fmt: skip

    def parse(self, schema: type[_Section], data: Any, where: Path, wrong: list[Path]) -> _Section | None:
        """A section of the file; its faults go to their places, which are added to those that are wrong."""
        try:
            return schema.model_validate(data)
        except ValidationError as error:
            for item in error.errors(include_url=False):
                wrong.append((*where, *item["loc"]))
                self.fault(wrong[-1], sentence(item, schema))
            return None

    # --- factors

    def factors(self) -> dict[str, Factor]:
        section = self.root.value.get("factors")
        if section is None or not isinstance(section.value, dict):  # the schema tells of the latter
            return {}
        result: dict[str, Factor] = {}
        for key, node in section.value.items():
            factor = self.factor(key, node)
            above = next((other for other in result if _related(key, other)), None)
            if above is not None:
                self.fault(("factors", key), f"overlaps the factor {above}; keep one of the two")
            elif factor is not None:
                result[key] = factor
        return result

    def factor(self, key: str, node: Node) -> Factor | None:
        where: Path = ("factors", key)
        if key.split(".")[0] in FORBIDDEN:
            self.fault(where, "cannot be a factor; it changes no number of a run, or is a key of the sweep itself")
            return None
        if key in ("records.deals", "records.joins"):
            node = _beside(node)
        if isinstance(node.value, tuple):
            return self.levels(where, plain(node))
        if not isinstance(node.value, dict):
            message = "must be levels [...], {low: , high: , distribution: } or {categories: [...]}"
            self.fault(where, f"{message}, not one value; what does not vary belongs into the base")
            return None
        if "categories" in node.value:
            return self.parse(Categories, plain(node), where, [])
        if isinstance(plain(node).get("levels"), tuple):
            self.fault((*where, "levels"), f"is how many; a list of levels stands by itself, `{key}: [..., ...]`")
            return None
        inner = next((name for name in node.value if name not in Range.model_fields), "")
        if inner and not {"low", "high"} & set(node.value):
            self.fault(where, f"is no factor by itself; write the key with a dot, {key}.{inner}")
            return None
        return self.parse(Range, plain(node), where, [])

    def levels(self, where: Path, values: tuple[Any, ...]) -> Factor | None:
        if len(values) < 2:
            count = "no level" if not values else "one level"
            self.fault(where, f"has {count}; a factor needs two, or belongs into the base")
            return None
        return self.parse(Categories, {"categories": values}, where, [])

    # --- scenarios

    def bases(self) -> list[Scenario]:
        data = plain(self.root)
        one, several = data.get("base"), data.get("scenarios")
        if one is None and several is None:
            self.fault((), "names no scenario; write `base: FILE` or `scenarios: [FILE, ...]`")
            return []
        if one is not None and several is not None:
            self.fault(("scenarios",), "stands beside `base`; keep one of the two")
            return []
        places: list[tuple[Path, Any]] = [(("base",), one)]
        if isinstance(several, tuple):
            places = [(("scenarios", place), item) for place, item in enumerate(several)]
        result: dict[str, Scenario] = {}
        for where, item in places:
            base = self.base(where, item)
            if base is not None and base.name in result:
                self.fault(where, f"{base.name!r} is named twice; keep one")
            elif base is not None:
                result[base.name] = base
        return list(result.values()) if len(result) == len(places) else []

    def base(self, where: Path, item: Any) -> Scenario | None:
        """One base scenario; its own faults are told in its own file."""
        if not isinstance(item, str):
            return None  # the schema says so
        changes = {} if self.focal is None else {"focal": self.focal}
        source: str | Scenario = self.given.get(item, "")
        if not source:
            source = find(item, os.path.dirname(self.file))
            if not item or "\0" in item or not os.path.exists(source):
                self.fault(where, missing(source, item))
                return None
            if is_sweep(source):
                self.fault(where, f"{item!r} is a sweep; name a scenario")
                return None
        try:
            return load_scenario(source, sets=self.sets, overrides=changes)
        except InputError as error:
            self.faults += error.faults
            return None

    # --- the whole

    def seed(self, spec: SweepFile, bases: list[Scenario]) -> int:
        seeds = list(dict.fromkeys(base.seed for base in bases))
        if spec.seed is None and len(seeds) > 1:
            text = ", ".join(map(str, seeds))
            self.fault((), f"the scenarios have different seeds ({text}); give one with `seed`")
        return seeds[0] if spec.seed is None else spec.seed

    def check_design(self, spec: SweepFile, factors: Mapping[str, Factor], broken: set[Any], places: Places) -> None:
        """What one key says against another; nothing is judged by a key that is broken itself."""
        self.check_metrics(spec, broken, places)
        if "design" in broken:
            return
        for message in _design_problems(spec, factors) if not broken & {"factors", "parameters", "scenarios"} else ():
            self.fault(("design",), message)
        for key, factor in factors.items():
            for option in _idle_options(spec.design, factor):
                self.fault(("factors", key, option), f"has no meaning for the design {spec.design}; take it out")
        for message in _samples_problems(spec) if "samples" not in broken else ():
            self.fault(("samples",), message)
        if spec.parameters == "factors" and spec.design not in SAMPLED:
            self.fault(("parameters",), f"factors needs a sampled design ({', '.join(SAMPLED)}), not {spec.design}")

    def check_metrics(self, spec: SweepFile, broken: set[Any], places: Places) -> None:
        from simulation.outcomes.metrics import METRICS, select_metrics, unknown

        kept = spec.record.metrics
        names = () if isinstance(kept, str) else kept
        faults: list[tuple[Path, str]] = []
        faults += [(("record", "metrics", place), text) for place, text in (*unknown(names), *repeated(names))]
        known = set(METRICS) if faults or "record" in broken else {entry.name for entry in select_metrics(kept)}
        show = spec.show if "show" in spec.model_fields_set else ()
        faults += [(("show", place), text) for place, name in enumerate(show) for text in _metric_problems(name, known)]
        for path, message in (*faults, *((("show", place), text) for place, text in repeated(show))):
            self.fault(written(path, places), message)


def _beside(node: Node) -> Node:
    """Paths of tables, from the folder of the file that names them, as those of a scenario are."""
    if isinstance(node.value, tuple):
        return replace(node, value=tuple(_beside(item) for item in node.value))
    if isinstance(node.value, dict):
        return replace(node, value={name: _beside(item) for name, item in node.value.items()})
    known = isinstance(node.value, str) and node.value != ""
    return replace(node, value=os.path.join(os.path.dirname(node.mark.file), node.value)) if known else node


def level_faults(
    root: Node, bases: Iterable[Scenario], factors: Mapping[str, Factor], kinds: tuple[type[Factor], ...]
) -> list[Fault]:
    """Try every level (of a range, both ends) of factors of some kinds alone on every base."""
    faults: list[Fault] = []
    for key, factor in factors.items():
        for base in bases if isinstance(factor, kinds) else ():
            section = root.value["factors"].value[key]
            text = {place: _faults_of(base, key, value) for place, value in _places(factor, section)}
            if len(set(text.values())) == 1:  # all alike: the key is at fault, not its levels
                text = {(): next(iter(text.values()))}
            for place, messages in text.items():
                faults += [fault_at(root, ("factors", key, *place), message) for message in messages]
    return list(dict.fromkeys(faults))


def _places(factor: Factor, section: Node) -> Iterator[tuple[Path, Any]]:
    """Each value of a factor that is to be tried, with its place below the factor."""
    if isinstance(factor, Range):
        whole = factor.distribution == "integer"
        for end in ("low", "high"):
            value = getattr(factor, end)
            yield (end,), int(value) if whole else value
        return
    above: Path = () if isinstance(section.value, tuple) else ("categories",)
    for place, value in enumerate(factor.categories):
        yield (*above, place), value


def _faults_of(base: Scenario, key: str, value: Any) -> tuple[str, ...]:
    """What is wrong with one value of one key of a scenario.

    Faults of other keys are left to the check of the whole design: another factor may mend them.
    """
    try:
        load_scenario(base, overrides={key: value})
    except InputError as error:
        own = [fault for fault in error.faults if fault.file or _related(fault.key, key)]
        return tuple(
            str(fault) if fault.file or fault.key != key else fault.message for fault in own  # a file: a table's row
        )
    return ()


def _related(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return not short or long == short or (long.startswith(short) and long[len(short)] in ".[")


def _design_problems(spec: SweepFile, factors: Mapping[str, Factor]) -> Iterator[str]:
    varied = bool(factors) or bool(spec.factors) or spec.parameters == "factors"
    if not varied and not (spec.scenarios and spec.design in ("list", "grid")):
        yield "has nothing to vary; name at least one factor"
    if spec.design in NEED_SALIB and find_spec("SALib") is None:
        yield f"{spec.design} needs the package SALib; pip install 'wifaq[analysis]'"
    if spec.design == "fractional":
        for key, factor in factors.items():
            if isinstance(factor, Categories) and len(factor.categories) != 2:
                yield f"fractional takes two levels a factor; {key} has {len(factor.categories)}"
    if spec.design == "list":
        counts = {key: len(factor.values()) for key, factor in factors.items()}
        if len(set(counts.values())) > 1:
            text = ", ".join(f"{key} {count}" for key, count in counts.items())
            yield f"list takes the levels side by side, so all factors need as many ({text}); or use grid"


def _idle_options(design: str, factor: Factor) -> Iterator[str]:
    """Options given to a factor that a design does not look at."""
    if not isinstance(factor, Range):
        return
    if "levels" in factor.model_fields_set and design not in ("grid", "list"):
        yield "levels"
    if design == "fractional":  # takes the two bounds, however what lies between them is spread
        yield from ["distribution"] * (factor.distribution in ("loguniform", "triangular"))
        yield from ["mode"] * (factor.mode is not None)


def _samples_problems(spec: SweepFile) -> Iterator[str]:
    if spec.samples is None:
        if spec.design in SAMPLED:
            yield f"is missing; the design {spec.design} needs a number of samples"
    elif spec.design not in SAMPLED:
        yield f"has no meaning for the design {spec.design}; take it out, or use {', '.join(SAMPLED)}"
    elif spec.design == "sobol" and spec.samples & (spec.samples - 1):
        near = 2 ** (spec.samples.bit_length() - 1)
        yield f"must be a power of 2 for a Sobol design, such as {near} or {2 * near}, not {spec.samples}"


def _metric_problems(name: str, recorded: Container[str]) -> Iterator[str]:
    """What is wrong with a metric or a difference of two that is to be shown."""
    from simulation.outcomes.metrics import METRICS, unknown

    for part in name.split(MINUS):
        yield from (message for _, message in unknown([part]))
        if part in METRICS and part not in recorded:
            yield f"{part!r} is not recorded; add it to `record: {{metrics: [...]}}`"
    if name.count(MINUS) > 1:
        yield "is not a metric or a difference of two"


def describe_factor(factor: Factor) -> str:
    """A factor in one phrase."""
    if isinstance(factor, Categories):
        return ", ".join(map(label, factor.categories))
    return f"{factor.low:g} to {factor.high:g}, {factor.distribution}"

