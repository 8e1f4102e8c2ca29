"""Pictures of the world and of comparisons: the drawn numbers are the table's; no boundary is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch

import simulation
from simulation.data.tables import table as shipped
from simulation.display import PICTURES
from simulation.display.composition import MOST_BLOCS, MOST_INSTRUMENTS, draw_bloc_timeline, draw_joining
from simulation.display.differences import MOST_PATHS, draw_differences, draw_tornado
from simulation.display.ego_network import draw_world_network
from simulation.display.heatmap import draw_trust_matrix
from simulation.display.style import new_axes, style, year_of
from simulation.display.tile_map import SIZE, draw_tile_map, places
from simulation.display.words.language import Words
from tests.display.tables import QUARTERS
from tests.report import folders


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def note(ax) -> str:
    return ax.figure._supxlabel.get_text()


# --- the tile map


def values() -> pd.DataFrame:
    ids = [name for name in places().index if name not in ("MAR", "TUV")]
    return pd.DataFrame({"id": ids, "value": np.linspace(0.1, 0.9, len(ids))})


def middles(mark) -> np.ndarray:
    boxes = [path.get_extents() for path in mark.get_paths()]
    return np.array([((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for box in boxes])


def tile_map(table: pd.DataFrame):
    with style():
        return draw_tile_map(table, new_axes(*SIZE), focal="MAR", title="Trust", unit="trust", label="40 replicates.")


def test_every_state_has_one_tile_of_its_own() -> None:
    grid = places()
    assert set(grid.index) == {*(row["iso3"] for row in shipped("states")), "EU"}
    assert not grid.duplicated(["column", "row"]).any()
    west_to_east = ["USA", "MAR", "DZA", "EGY", "IND", "CHN", "JPN"]
    assert grid.loc[west_to_east, "column"].is_monotonic_increasing
    north_to_south = ["NOR", "FRA", "MAR", "SEN", "NGA", "ZAF"]
    assert grid.loc[north_to_south, "row"].is_monotonic_increasing


def test_tiles_show_the_values_of_the_table() -> None:
    table = values()
    ax = tile_map(table)
    full, empty = ax.collections
    assert list(full.get_array()) == pytest.approx(
        list(table.set_index("id")["value"].reindex(places().index).dropna())
    )
    where = places().loc[places().index.isin(table["id"])]
    assert middles(full) == pytest.approx(where[["column", "row"]].to_numpy())
    assert len(empty.get_paths()) == 2  # the focal state, and the one without a value
    assert sorted(texts(ax)) == sorted(places().index)
    assert "40 replicates" in note(ax)


def test_no_default_picture_draws_a_line_through_western_sahara() -> None:
    """A map has tiles and nothing else, and no tile stands for anything but a state; no outline is shipped."""
    ax = tile_map(values())
    lines = [artist for artist in ax.get_children() if isinstance(artist, Line2D | PathPatch)]
    assert lines == []
    assert len(ax.collections) == 2
    assert list(ax.patches) == []
    assert "ESH" not in places().index
    tiles = [path.get_extents() for mark in ax.collections for path in mark.get_paths()]
    assert len(tiles) == len(places())
    for place, tile in enumerate(tiles):  # squares that do not touch, so their edges make no boundary
        assert (tile.width, tile.height) == pytest.approx((tiles[0].width, tiles[0].width))
        assert not any(tile.overlaps(other) for other in tiles[place + 1 :])
    root = Path(simulation.__file__).parent
    kinds = {path.suffix for path in root.rglob("*") if path.is_file()}
    assert not kinds & {".geojson", ".topojson", ".shp", ".kml", ".gpkg"}
    source = "".join(path.read_text("utf-8") for path in (root / "plots").glob("*.py"))
    assert not any(name in source for name in ("cartopy", "geopandas", "naturalearth", "basemap"))


# --- the network, trust, blocs, joining


def states() -> pd.DataFrame:
    return pd.DataFrame(folders.STATES, columns=["id", "name", "camp", "region", "bloc"])


def test_network_draws_the_likely_deals_between_states() -> None:
    table = pd.DataFrame(
        [("MAR", "FRA", 1.0, 3.0), ("FRA", "USA", 0.5, 0.5), ("CHN", "USA", 0.49, 1.0), ("MAR", "elm", 1.0, 1.0)],
        columns=["a", "b", "probability", "depth"],
    ).assign(replicates=40)
    with style():
        ax = draw_world_network(
            table, new_axes(10, 10), states=states(), quarter="2035Q4", names={"AU": "African Union"}
        )
    deals = {patch.get_gid(): patch.get_linewidth() for patch in ax.patches}
    assert set(deals) == {"deal-MAR-FRA", "deal-FRA-USA"}
    assert deals["deal-MAR-FRA"] == pytest.approx(3 * deals["deal-FRA-USA"])  # depth where there is one: 3 and 1
    assert {"MAR", "FRA", "USA", "African Union"} <= set(texts(ax))
    assert "CHN" not in texts(ax)
    assert "States: 3 of 6; deals: 2." in note(ax)


def test_trust_matrix_says_the_numbers_of_the_table() -> None:
    table = pd.DataFrame([("MAR", "FRA", 0.71), ("FRA", "MAR", 0.35)], columns=["actor", "other", "mean"])
    with style():
        ax = draw_trust_matrix(
            table.assign(replicates=40), new_axes(), actors={"MAR": "Morocco", "FRA": "France"}, title="x"
        )
    assert [(text.get_position(), text.get_text()) for text in ax.texts] == [((1, 0), "0.71"), ((0, 1), "0.35")]
    with pytest.raises(ValueError, match="at most 15"):
        draw_trust_matrix(table, ax, actors={str(k): str(k) for k in range(16)}, title="x")


def test_bloc_timeline_adds_up_the_quarters_of_a_year() -> None:
    table = pd.DataFrame(
        [
            ("AMU", "Union", "2025Q1", 0.5, 0.25),
            ("AMU", "Union", "2025Q3", 0.25, 0.0),
            ("AU", "African Union", "2026Q2", 1.0, 1.0),
        ],
        columns=["bloc", "name", "quarter", "tabled", "passed"],
    ).assign(replicates=40)
    with style():
        ax = draw_bloc_timeline(table, new_axes(), title="x")
    tabled, passed = ax.collections
    assert tabled.get_offsets().tolist() == [[2025, 1], [2026, 0]]
    sizes = tabled.get_sizes()
    assert sizes[0] / sizes[1] == pytest.approx(0.75)
    assert passed.get_sizes()[0] / sizes[1] == pytest.approx(0.25)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert dict(zip(ax.get_yticks(), labels, strict=True)) == {1: "Union", 0: "African Union"}  # the first on top
    with pytest.raises(ValueError, match="blocs can be shown"):
        draw_bloc_timeline(pd.concat([table.assign(bloc=str(k)) for k in range(MOST_BLOCS + 1)]), ax, title="x")


def test_joining_curves_are_the_probabilities() -> None:
    tables = [
        pd.DataFrame({"instrument": f"i{k}", "title": f"Title {k}", "quarter": QUARTERS,
                      "probability": np.linspace(0, 0.05 + k / 12, len(QUARTERS)), "replicates": 40})
        for k in range(MOST_INSTRUMENTS + 2)
    ]  # fmt: skip
    with style():
        ax = draw_joining(pd.concat(tables), new_axes(9, 6), title="x")
    assert len(ax.lines) == MOST_INSTRUMENTS
    likeliest = tables[-1]
    assert list(ax.lines[0].get_ydata()) == pytest.approx(list(likeliest["probability"]))
    assert list(ax.lines[0].get_xdata()) == [year_of(quarter) for quarter in QUARTERS]
    assert texts(ax)[0] == f"80\u00a0%  Title {MOST_INSTRUMENTS + 1}"
    heights = [text.xyann[1] for text in ax.texts]
    assert np.diff(heights).max() < -0.1  # labels stand clear of each other


# --- differences


def paths(count: int = 2) -> pd.DataFrame:
    rows = [
        (f"S{k}", quarter, 0.01 * (k + 1) * step, 0.0, 0.02 * step, 40)
        for k in range(count)
        for step, quarter in enumerate(QUARTERS)
    ]
    return pd.DataFrame(rows, columns=["scenario", "quarter", "difference", "low", "high", "pairs"])


def test_differences_are_drawn_as_told() -> None:
    with style():
        ax = draw_differences(paths(), new_axes(), title="x", unit="index", against="Base")
    first = paths().query("scenario == 'S0'")
    assert list(ax.lines[0].get_ydata()) == list(first["difference"])
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert set(band) == set(first["low"]) | set(first["high"])
    assert "Base" in note(ax)
    assert "40 pairs" in note(ax)
    with pytest.raises(ValueError, match="can be told apart"):
        draw_differences(paths(MOST_PATHS + 1), ax, title="x", unit="index", against="Base")


def test_tornado_has_the_largest_effect_on_top() -> None:
    table = pd.DataFrame(
        {
            "factor": ["small", "large", "middle"],
            "effect": [0.01, -0.3, 0.1],
            "low": [0.0, -0.4, np.nan],
            "high": [0.02, -0.2, np.nan],
        }
    )
    with style():
        ax = draw_tornado(table, new_axes(), title="x", unit="index", label="told")
    bars = sorted(ax.patches, key=lambda bar: -bar.get_y())
    assert [bar.get_width() for bar in bars] == [-0.3, 0.1, 0.01]
    names = {tick.get_text(): place for place, tick in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True)}
    assert names["large"] > names["middle"] > names["small"]
    assert texts(ax) == ["\u22120.300", "+0.100", "+0.010"]
    assert "\u22120.2" in [tick.get_text() for tick in ax.get_xticklabels()]  # the sign of the texts
    assert note(ax) == "told"


def test_every_picture_of_a_result_says_how_many_replicates_it_rests_on() -> None:
    drawn = {name: draw() for name, draw in folders.result(replicates=2, contrasts=()).plot.drawable().items()}
    assert len(drawn) == len(PICTURES) == 11
    assert set(drawn) == set(PICTURES)
    assert [name for name, ax in drawn.items() if "2 replicates" not in note(ax)] == []


def test_map_of_deals_is_the_depth_of_the_table() -> None:
    results = folders.result(replicates=2, contrasts=())
    (full, _), shown = results.plot.deal_map().collections, results.plot.shown_deals().set_index("id")
    world = results.world()
    own = world.loc[(world["a"] == "MAR") & (world["b"] == "FRA"), "depth"]
    drawn = dict(zip(places().index[places().index.isin(shown.index)], full.get_array(), strict=True))
    assert drawn == pytest.approx(dict(shown["depth"]))
    assert (drawn["FRA"], drawn["TUN"]) == pytest.approx((own.item(), 0))
    assert full.get_clim() == (0, 3)


def test_arabic_pictures_have_arabic_letters_and_numbers() -> None:
    words = Words("ar")
    with style(words):
        ax = draw_differences(paths(), new_axes(), title="عنوان", unit="مؤشر", against="Base", words=words)
        ax.figure.canvas.draw()
        labels = [tick.get_text() for tick in ax.get_yticklabels()]
    assert ax.title.get_fontfamily()[0] == "Noto Sans Arabic"
    assert any("0,1" in label for label in labels)
    assert not any("0.1" in label for label in labels)
