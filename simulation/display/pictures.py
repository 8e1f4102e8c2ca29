"""The pictures of one result: made from its tables, shown in a notebook or saved as files."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from simulation.display.composition import MOST_BLOCS, draw_bloc_timeline, draw_composition, draw_joining
from simulation.display.ego_network import SIZE as NETWORK_SIZE
from simulation.display.ego_network import draw_ego_network, draw_world_network, network_height
from simulation.display.fan import draw_fan
from simulation.display.heatmap import MOST_ACTORS, draw_trust_matrix
from simulation.display.outlook import draw_new_partners, draw_small_fan
from simulation.display.style import GROUPINGS, PARTNER_LOOK, TRACK_LOOK, new_axes, replicates, save, style
from simulation.display.tile_map import SIZE as MAP_SIZE
from simulation.display.tile_map import draw_tile_map
from simulation.display.words.language import ENGLISH, Words
from simulation.display.words.terms import DEPTH, METRIC, name_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEADLINE, KEPT = "cooperation", "commitments_kept"
SMALL = ("commitments_kept", "partners_new", "coverage", "dependence", "autonomy", "capacity")
"""Metrics that stand side by side: what is gained, and at what price."""
_ACROSS = 3  # small pictures beside each other
_COMPOSED: Mapping[str, tuple[str, Iterable[str]]] = {
    "track": ("commitments_by_", TRACK_LOOK),
    "partner": ("commitments_", PARTNER_LOOK),
}
"""What names of metrics of each part of the commitments begin with, and the parts."""


@dataclass(frozen=True)
class Pictures:
    """Draw the tables of a result; each method returns the axes (``.figure`` shows or saves them).

    Attributes
    ----------
    focal, horizon
        Name of the focal state, and the last quarter.
    forecast, ties
        Tables ``forecast.csv`` and ``ties.csv``.
    label
        What bands and probabilities are, printed on each picture.
    priors_alone
        Metrics of which the record holds no observation; a picture of one says so.
    by
        What charts of actors group by: ``region``, ``camp`` (by treaty) or ``kind``.
    focal_id, world
        Id of the focal state, and those of the tables ``joining``, ``world``, ``trust``, ``blocs``
        and ``states`` that the result has.
    """

    focal: str
    horizon: str
    forecast: pd.DataFrame
    ties: pd.DataFrame
    label: str
    priors_alone: frozenset[str] = frozenset()
    words: Words = ENGLISH
    by: str = GROUPINGS[0]
    focal_id: str = ""
    world: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def fan(self, metric: str = HEADLINE, ax: Axes | None = None) -> Axes:
        """Mean and bands of one metric over the quarters."""
        rows = self.forecast.loc[self.forecast["metric"] == metric]
        title = self.words("{focal}: {metric}", focal=self.focal, metric=name_of(METRIC, metric, self.words))
        with style(self.words):
            axes = new_axes() if ax is None else ax
            text = self.words("It rests on priors alone.") if metric in self.priors_alone else ""
            label = f"{self.label} {text}".strip()
            return draw_fan(rows, axes, title=title, label=label, words=self.words)

    def small_fans(self, mark: str = "", metrics: Sequence[str] = SMALL) -> Axes:
        """Fans of several metrics side by side, those that were recorded; the axes are those of the first.

        Parameters
        ----------
        mark
            Stands beside the name of a metric of which the record holds no observation.
        metrics
            Which.
        """
        shown = [name for name in metrics if name in set(self.forecast["metric"])]
        rows = -(-len(shown) // _ACROSS)
        with style(self.words):
            figure = Figure(figsize=(9.0, 0.5 + 1.75 * rows), layout=ConstrainedLayoutEngine(wspace=0.24, hspace=0.1))
            places = list(figure.subplots(rows, _ACROSS, squeeze=False).flat)
            for place, name in zip(places, shown, strict=False):
                table = self.forecast.loc[self.forecast["metric"] == name]
                told = mark if name in self.priors_alone else ""
                draw_small_fan(table, place, priors_alone=told, words=self.words)
            for place in places[len(shown) :]:
                place.set_axis_off()
        return places[0]

    def outlook(self, names: Sequence[str], probabilities: Sequence[float]) -> Axes:
        """The fan of kept commitments with the likeliest new partners beside it; the axes are those of the fan.

        Parameters
        ----------
        names, probabilities
            Of the partners, the likeliest first.
        """
        with style(self.words):
            figure = Figure(figsize=(8.4, 2.5), layout=ConstrainedLayoutEngine(wspace=0.22))
            left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
            draw_small_fan(self.forecast.loc[self.forecast["metric"] == KEPT], left, words=self.words)
            title = self.words("new partners by {quarter}", quarter=self.words.quarter(self.horizon))
            draw_new_partners(names, probabilities, right, title=title, words=self.words)
        return left

    def composition(self, by: str = "track", ax: Axes | None = None) -> Axes:
        """Mean commitments by ``track`` or by type of ``partner``, stacked, over the quarters."""
        rows = self.composed(by)
        unit = str(rows["unit"].iloc[0]) if len(rows) else ""
        titles = {"track": self.words("{focal}: commitments by track", focal=self.focal),
                  "partner": self.words("{focal}: commitments by type of partner", focal=self.focal)}  # fmt: skip
        with style(self.words):
            axes = new_axes() if ax is None else ax
            return draw_composition(rows, axes, title=titles[by], unit=unit, label=self.label, words=self.words)

    def composed(self, by: str) -> pd.DataFrame:
        """Mean commitments of each ``track`` or type of ``partner`` in each quarter, as far as recorded.

        States are one type of partner, or where :attr:`by` says so one a camp.
        """
        rows = self.forecast.loc[self.forecast["metric"].isin(_parts(by))]
        table = rows[["quarter", "unit", "replicates"]].assign(value=rows["mean"])
        table.insert(1, by, rows["metric"].str.removeprefix(_COMPOSED[by][0]))
        if by == "track" or self.by == "camp":
            return table
        table[by] = table[by].where(~table[by].str.endswith("_states"), "state")
        return table.groupby(["quarter", by, "unit", "replicates"], sort=False)["value"].sum().reset_index()

    def partners(self, ax: Axes | None = None) -> Axes:
        """Partner network at the horizon."""
        with style(self.words):
            axes = new_axes(9.5, network_height(self.ties)) if ax is None else ax
            return draw_ego_network(
                self.ties, axes, focal=self.focal, quarter=self.horizon, by=self.by, label=self.label, words=self.words
            )

    def joining(self, ax: Axes | None = None) -> Axes:
        """Probability of having joined each instrument, over the quarters."""
        table = self.shown_joining()
        title = self.words("{focal}: instruments, by when", focal=self.focal)
        with style(self.words):
            axes = new_axes(9.0, 6.0) if ax is None else ax
            return draw_joining(table, axes, title=title, label=self.label, words=self.words)

    def shown_joining(self) -> pd.DataFrame:
        """Instruments of the joining curve: those it joins in some replicate."""
        table = self._need("joining")
        return table.loc[table.groupby("instrument")["probability"].transform("max") > 0]

    @property
    def focal_within(self) -> str:
        """Name of the focal state inside a title."""
        return self.words.within(self.focal_id, self.focal)

    def trust_map(self, ax: Axes | None = None) -> Axes:
        """Trust of every state in the focal one, a tile a state."""
        title = self.words("Trust of each state in {focal}", focal=self.focal_within)
        unit = self.words("mean trust (probability that promises are kept)")
        return self._map(self.shown_trust().rename(columns={"actor": "id", "mean": "value"}), title, unit, None, ax)

    def deal_map(self, ax: Axes | None = None) -> Axes:
        """Deals of every state with the focal one, a tile a state."""
        title = self.words("Deals of each state with: {focal}", focal=self.focal_within)
        unit = self.words("expected depth (0 none, 1 memorandum, 2 programme, 3 binding)")
        return self._map(self.shown_deals().rename(columns={"depth": "value"}), title, unit, (0, len(DEPTH)), ax)

    def _map(
        self, table: pd.DataFrame, title: str, unit: str, bounds: tuple[float, float] | None, ax: Axes | None
    ) -> Axes:
        when = self.words("End of {quarter}.", quarter=self.words.quarter(self.horizon))
        label = f"{when} {replicates(int(table['replicates'].max()), self.words)}"
        with style(self.words):
            axes = new_axes(*MAP_SIZE) if ax is None else ax
            return draw_tile_map(
                table, axes, focal=self.focal_id, title=title, unit=unit, label=label, bounds=bounds, words=self.words
            )

    def shown_trust(self) -> pd.DataFrame:
        """Trust of each state in the focal one."""
        table = self._need("trust")
        return table.loc[table["other"] == self.focal_id]

    def shown_deals(self) -> pd.DataFrame:
        """Deals of each state with the focal one: ``id, probability, depth, replicates``; 0 where there is none."""
        table, states = self._need("world"), self._need("states")
        own = table.loc[(table["a"] == self.focal_id) | (table["b"] == self.focal_id)]
        partner = own["a"].where(own["b"] == self.focal_id, own["b"])
        result = own.assign(id=partner).set_index("id")[["probability", "depth"]]
        others = states.loc[states["id"] != self.focal_id, "id"]
        shown = result.reindex(others).fillna(0.0).rename_axis("id").reset_index()
        return shown.assign(replicates=int(table["replicates"].max()))

    def trust_matrix(self, ax: Axes | None = None) -> Axes:
        """Trust among the focal state, its peers and the leaders."""
        table, states = self._need("trust"), self._need("states").set_index("id")
        counts = table.groupby("actor").size()
        core = [name for name in counts.index if counts[name] > 1 and name != self.focal_id][: MOST_ACTORS - 1]
        names = {name: self.words.actor(name, str(states["name"].get(name, name))) for name in core}
        title = self.words("Who trusts whom in {quarter}", quarter=self.words.quarter(self.horizon))
        with style(self.words):
            axes = new_axes(8.5, 7.5) if ax is None else ax
            actors = {self.focal_id: self.focal, **names}
            return draw_trust_matrix(table, axes, actors=actors, title=title, words=self.words)

    def network(self, ax: Axes | None = None) -> Axes:
        """Deals between all states at the horizon, by bloc, marked by region or camp."""
        with style(self.words):
            return draw_world_network(
                self._need("world"),
                new_axes(*NETWORK_SIZE) if ax is None else ax,
                states=self._need("states"),
                quarter=self.horizon,
                by="camp" if self.by == "camp" else "region",
                names=self._bloc_names(),
                words=self.words,
            )

    def blocs(self, ax: Axes | None = None) -> Axes:
        """What the blocs of the focal state table and pass, by year."""
        title = self.words("{focal}: texts of its blocs", focal=self.focal)
        with style(self.words):
            table = self.shown_blocs()
            axes = new_axes(9.0, 2.2 + 0.36 * table["bloc"].nunique()) if ax is None else ax
            return draw_bloc_timeline(table, axes, title=title, names=self._bloc_names(), words=self.words)

    def shown_blocs(self) -> pd.DataFrame:
        """Rows of the focal state's busiest blocs, the busiest first."""
        table = self._need("blocs")
        own = table.loc[table["focal_member"].astype(bool)]
        busiest = own.groupby("bloc")["tabled"].sum().sort_values(ascending=False, kind="stable").index[:MOST_BLOCS]
        place = {bloc: number for number, bloc in enumerate(busiest)}
        kept = own.loc[own["bloc"].isin(place)]
        return kept.sort_values("bloc", key=lambda column: column.map(place), kind="stable")

    def _bloc_names(self) -> dict[str, str]:
        if "blocs" not in self.world:
            return {}
        named = self.world["blocs"].drop_duplicates("bloc")
        return {bloc: self.words.known(str(name)) for bloc, name in zip(named["bloc"], named["name"], strict=True)}

    def _need(self, name: str) -> pd.DataFrame:
        if name not in self.world or self.world[name].empty:
            raise ValueError(f"the result has no table {name!r}")
        return self.world[name]

    def drawable(self) -> dict[str, Callable[[], Axes]]:
        """Every picture that the tables allow, by the name of its file."""
        recorded, ties = set(self.forecast["metric"].unique()), len(self.ties) > 0
        has = {name for name, table in self.world.items() if len(table)}
        joins = "joining" in has and bool((self.world["joining"]["probability"] > 0).any())
        blocs = "blocs" in has and bool(self.world["blocs"]["focal_member"].astype(bool).any())
        known: dict[str, tuple[bool, Callable[[], Axes]]] = {
            "partner_network": (ties, self.partners),
            "composition_by_partner": (not recorded.isdisjoint(_parts("partner")), lambda: self.composition("partner")),
            "composition_by_track": (not recorded.isdisjoint(_parts("track")), lambda: self.composition("track")),
            "instruments": (joins, self.joining),
            f"fan_{KEPT}": (KEPT in recorded, lambda: self.fan(KEPT)),
            f"fan_{HEADLINE}": (HEADLINE in recorded, self.fan),
            "trust_map": ({"trust", "states"} <= has, self.trust_map),
            "deal_map": ({"world", "states"} <= has, self.deal_map),
            "trust_matrix": ({"trust", "states"} <= has, self.trust_matrix),
            "world_network": ({"world", "states"} <= has, self.network),
            "blocs": (blocs, self.blocs),
        }
        return {name: draw for name, (possible, draw) in known.items() if possible}

    def save(self, folder: Path, names: Container[str] | None = None) -> list[Path]:
        """Every picture that the tables allow, or those of some names, as PNG and SVG."""
        drawn = {name: draw for name, draw in self.drawable().items() if names is None or name in names}
        return [path for name, draw in drawn.items() for path in save(draw(), folder, name)]


def _parts(by: str) -> list[str]:
    start, names = _COMPOSED[by]
    return [start + name for name in names]
