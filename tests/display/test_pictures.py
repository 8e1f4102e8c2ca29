"""Pictures: what is drawn is what the table says, nothing overlaps, same bytes each time."""

from __future__ import annotations

import io
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection
from rich.console import Console

from simulation.data.tables import table as shipped
from simulation.display.composition import draw_composition
from simulation.display.ego_network import MOST_PARTNERS, draw_ego_network, network_height
from simulation.display.fan import draw_fan
from simulation.display.outlook import draw_new_partners
from simulation.display.pictures import Pictures
from simulation.display.spread import SpreadPictures, draw_rules, draw_shares
from simulation.display.style import PARTNER_LOOK, TRACK_LOOK, apart, ink_on, new_axes, note, save, style, year_of
from simulation.display.words.language import Words
from simulation.display.words.rounding import decimal
from simulation.experiments.analysis.summary import BAND_LABEL
from simulation.outcomes.portfolio import CATEGORIES
from simulation.report.spread import print_spread
from simulation.state import TRACKS
from tests.display import tables


def pictures(focal: str = "Morocco") -> Pictures:
    return Pictures(focal, "2030Q4", tables.forecast(), tables.ties(), f"Bands: {BAND_LABEL}.")


def texts(ax) -> str:
    figure = ax.figure
    return "\n".join([text.get_text() for text in ax.texts] + [figure._supxlabel.get_text()])


def test_fan_draws_the_numbers_of_the_table():
    table = tables.forecast().query("metric == 'cooperation'")
    ax = pictures().fan()
    (line,) = ax.lines
    assert line.get_ydata().tolist() == table["mean"].tolist()
    assert line.get_xdata().tolist() == [year_of(quarter) for quarter in table["quarter"]]
    for band, (low, high) in zip(ax.collections, [("q05", "q95"), ("q25", "q75")], strict=True):
        outline = band.get_paths()[0].vertices[:, 1]
        assert set(table[low]) | set(table[high]) == set(outline)
    assert ax.get_ylabel() == "cooperation (index)"
    assert "200 replicates" in texts(ax)
    assert BAND_LABEL in texts(ax)
    last = table.iloc[-1]
    assert f"mean {decimal(last['mean'], 2)}\n{decimal(last['q05'], 2)}–{decimal(last['q95'], 2)}" in texts(ax)
    amount = table.assign(unit="binding-equivalents", mean=8.27, q05=6.71, q95=10.77)
    with style():
        assert "mean 8.3\n6.7–10.8" in texts(draw_fan(amount, new_axes()))  # as the sentences beside it


def test_fan_refuses_two_metrics():
    with style(), pytest.raises(ValueError, match="one metric"):
        draw_fan(tables.forecast(), new_axes())


def test_composition_stacks_the_means():
    ax = pictures().composition()
    forecast = tables.forecast()
    bottom = np.zeros(len(tables.QUARTERS))
    bands = [band for band in ax.collections if isinstance(band, PolyCollection)]
    assert [band.get_label() for band in bands] == list(TRACKS)
    for track, band in zip(TRACKS, bands, strict=True):
        top = bottom + forecast.loc[forecast["metric"] == f"commitments_by_{track}", "mean"].to_numpy()
        outline = band.get_paths()[0].vertices[:, 1]
        assert np.isclose(outline.max(), top.max())
        assert np.isclose(outline.min(), bottom.min())
        bottom = top
    assert ax.get_ylabel() == "commitments (binding-equivalents)"
    assert BAND_LABEL in texts(ax)


def test_composition_by_partner_stacks_the_categories_and_names_the_thin_ones():
    shares = {"eu_states": 3.0, "firm": 1.0, "secretariat": 0.001}
    rows = [(quarter, name, value, 40) for quarter in tables.QUARTERS for name, value in shares.items()]
    with style():
        ax = draw_composition(pd.DataFrame(rows, columns=["quarter", "partner", "value", "replicates"]), new_axes())
    tops = [band.get_paths()[0].vertices[:, 1].max() for band in ax.collections]
    assert tops == pytest.approx([3, 4, 4.001])
    assert [text.get_text() for text in ax.texts] == ["EU and its members 3.0", "firms 1.0"]
    assert "Too thin to see: secretariats." in texts(ax)


def test_layers_are_those_of_the_model():
    assert set(PARTNER_LOOK) == {*CATEGORIES, "state"}
    assert set(TRACK_LOOK) == set(TRACKS)


def test_states_are_one_type_of_partner_unless_camps_are_asked_for():
    shares = {"eu_states": 3.0, "other_states": 2.0, "firm": 1.0}
    rows = [("MAR", f"commitments_{name}", quarter, "deals", value, 40) for quarter in tables.QUARTERS
            for name, value in shares.items()]  # fmt: skip
    table = pd.DataFrame(rows, columns=["focal", "metric", "quarter", "unit", "mean", "replicates"])
    plain = replace(pictures(), forecast=table)
    first = plain.composed("partner").query("quarter == @tables.QUARTERS[0]").set_index("partner")["value"]
    assert first.to_dict() == {"state": 5.0, "firm": 1.0}
    camps = replace(plain, by="camp").composed("partner").query("quarter == @tables.QUARTERS[0]")
    assert camps.set_index("partner")["value"].to_dict() == shares


@pytest.mark.parametrize(("by", "said"), [("region", "Africa 1"), ("camp", "China and its treaty partners CN")])
def test_the_network_groups_by_region_or_by_treaty_and_says_so(by, said):
    with style():
        ax = draw_ego_network(tables.ties(12), new_axes(9.5, 8.5), focal="Morocco", quarter="2030Q4", by=by)
    keys = {text.get_text() for text in ax.get_legend().get_texts()}
    assert said in keys
    assert ("not by closeness" in texts(ax)) == (by == "camp")


def test_the_network_by_kind_has_no_colours():
    with style():
        ax = draw_ego_network(tables.ties(12), new_axes(9.5, 8.5), focal="Morocco", quarter="2030Q4", by="kind")
    assert len({line.get_color() for line in ax.lines if line.get_marker() != "None"}) == 1


def test_a_ring_tells_where_a_partner_comes_from():
    table = tables.ties(3).drop_duplicates("partner")
    table = table.assign(probability_new=[0.9, 0.1, 0.1], probability_recorded=[0.0, 0.8, 0.2],
                         probability_drawn=[0.0, 0.0, 0.6])  # fmt: skip
    with style():
        ax = draw_ego_network(table, new_axes(9.5, 8.5), focal="Morocco", quarter="2030Q4")
    rings = [ring for ring in ax.collections if len(ring.get_offsets())]
    assert [ring.get_linewidth()[0] for ring in rings] == [2.2, 0.0, 1.4]  # new, of the record, drawn
    assert [ring.get_linestyle()[0][1] is None for ring in rings] == [True, True, False]
    keys = [text.get_text() for text in ax.get_legend().get_texts()]
    assert {"new partner", "held, on record", "held, drawn"} <= set(keys)
    with style():
        ax = draw_ego_network(table.iloc[:1], new_axes(9.5, 8.5), focal="Morocco", quarter="2030Q4")
    assert "held, drawn" not in [text.get_text() for text in ax.get_legend().get_texts()]


def test_composition_of_nothing_is_refused():
    with style(), pytest.raises(ValueError, match="nothing to draw"):
        draw_composition(pd.DataFrame(columns=["quarter", "track", "value", "replicates"]), new_axes())


def label_boxes(ax) -> list:
    figure = ax.figure
    figure.canvas.draw()
    return [text.get_window_extent() for text in ax.texts if text.get_fontsize() > 8 and text.get_text()]


@pytest.mark.parametrize(("partners", "language"), [*((many, "en") for many in (0, 1, 2, 7, 30, 60)), (30, "ar")])
def test_labels_of_the_network_do_not_overlap_and_stay_inside(partners, language):
    with style(words := Words(language)):
        table = tables.ties(partners)
        ax = new_axes(9.5, network_height(table))
        draw_ego_network(table, ax, focal="Bosnia and Herzegovina", quarter="2030Q4", words=words)
        boxes = label_boxes(ax)
    assert len(boxes) == 1 + min(partners, MOST_PARTNERS)
    frame = ax.figure.bbox
    for place, box in enumerate(boxes):
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1
        assert frame.y0 <= box.y0 < box.y1 <= frame.y1
        assert not any(box.padded(-1).overlaps(other) for other in boxes[place + 1 :])  # Arabic has room of its own


@pytest.mark.parametrize("partners", [1, 4, 8, 12, 30])
def test_rings_of_the_network_are_whole_and_clear_of_the_title(partners):
    with style():
        table = tables.ties(partners).assign(probability_new=1.0)
        ax = draw_ego_network(table, new_axes(9.5, network_height(table)), focal="Morocco", quarter="2030Q4")
        ax.figure.canvas.draw()
        title = ax.title.get_window_extent()
    rings = [ring for ring in ax.collections if len(ring.get_offsets())]
    for ring in rings:
        _, middle = ax.transData.transform(ring.get_offsets()[0])
        radius = (ring.get_sizes()[0] ** 0.5 + ring.get_linewidth()[0]) / 2 * ax.figure.dpi / 72
        assert not ring.get_clip_on()
        assert middle + radius < title.y0
    assert len(rings) == partners


def test_network_says_what_the_table_says():
    table = tables.ties(3)
    with style():
        ax = draw_ego_network(table, new_axes(9.5, 8.5), focal="Morocco", quarter="2030Q4", least=0.005)
    written = texts(ax)
    # the state p00 has a deal on two tracks: its label is the probability of a deal on any
    assert "P0  96\u00a0%" in written.replace("\n", " ")
    edges = {(line.get_linestyle(), line.get_linewidth()) for line in ax.lines if len(line.get_xdata()) == 2}
    assert ("-", 1.5) in edges
    assert (":", 3.0) in edges
    assert "200 replicates" in written


def test_a_title_with_markup_stays_text(tmp_path):
    ax = pictures("<script>alert(1)</script> for $100 & $x_").fan()
    _, svg = save(ax, tmp_path, "fan")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; for $100 &amp; $x_" in svg.read_text()


def test_files_are_the_same_each_time(tmp_path):
    first = pictures().save(tmp_path / "a")
    second = pictures().save(tmp_path / "b")
    names = ("partner_network", "composition_by_track", "fan_cooperation")  # what these tables allow
    assert [path.name for path in first] == [f"{name}.{kind}" for name in names for kind in ("png", "svg")]
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
        assert one.stat().st_size < 1_000_000
    assert b"<dc:date>" not in first[1].read_bytes()


# --- labels


def test_labels_move_no_more_than_they_must():
    assert apart([0.1, 0.5, 0.9], 0.1, 0, 1) == pytest.approx([0.1, 0.5, 0.9])
    assert apart([0.5, 0.5], 0.2, 0, 1) == pytest.approx([0.4, 0.6])
    assert apart([0.0, 0.0, 0.9], 0.2, 0, 1) == pytest.approx([0.0, 0.2, 0.9])
    assert apart([0.99, 1.0], 0.2, 0, 1) == pytest.approx([0.8, 1.0])
    assert apart([], 0.2, 0, 1) == []


def test_ink_stands_out():
    assert [ink_on(colour) for colour in ("#ffffff", "#000000", "#F0E442", "#0072B2")] == [
        "black", "white", "black", "white",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [5, 8, 12])
def test_small_print_fits_the_picture(width):
    with style():
        ax = new_axes(width, 5)
        note(ax, "MMM mmm " * 10 + "words of a long note " * 20)
        ax.figure.canvas.draw()
        box = ax.figure._supxlabel.get_window_extent()
    assert 0 <= box.x0 < box.x1 <= ax.figure.bbox.x1


@pytest.mark.parametrize("width", np.linspace(2.5, 6, 30))
def test_no_small_print_ends_in_a_lone_word(width):
    with style():
        ax = new_axes(width, 5)
        note(ax, "Mean of 4 replicates. Bands and probabilities: chance and parameters.")
    lines = ax.figure.get_supxlabel().split("\n")
    assert all(" " in line for line in lines)


# --- spread


def spread() -> tuple[pd.DataFrame, pd.DataFrame, dict]:
    rules = ["as it is", "latent_book=off", "learning=fermi"]
    rows = [(rule, metric, "2035Q4", 0.5 + k / 10, 0.4, 0.9, 12) for metric in ("cooperation", "deals")
            for k, rule in enumerate(rules)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["rule", "metric", "quarter", "mean", "q05", "q95", "replicates"])
    shares = [("cooperation", "2035Q4", 0.25, 0.7, 0.05), ("deals", "2035Q4", 0.0, 0.6, 0.4),
              ("deals", "2030Q4", 0.1, 0.1, 0.8)]  # fmt: skip
    columns = ["metric", "quarter", "rule", "parameters", "chance"]
    return table, pd.DataFrame(shares, columns=columns), {"horizon": "2035Q4", "rules": rules, "draws": 4, "lucks": 3}


def test_shares_of_the_spread_are_those_of_the_table():
    ax = SpreadPictures(*spread(), "Morocco").shares()
    widths = np.array([bar.get_width() for bar in ax.patches]).reshape(3, 2)  # source, metric
    assert widths.tolist() == [[0.05, 0.4], [0.7, 0.6], [0.25, 0.0]]
    assert widths.sum(axis=0) == pytest.approx(1)
    room = (40, 70, 60, 25)  # shares whose bars are wide enough for their number
    assert [text.get_text() for text in ax.texts] == [f"{share}\u00a0%" for share in room]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["cooperation", "deals, all partners"]
    assert "3 rules, each with 4 draws of the parameters and 3 replicates a draw" in texts(ax)
    with style(), pytest.raises(ValueError, match="one quarter"):
        draw_shares(spread()[1], new_axes(), title="", label="")


def test_the_spread_in_a_terminal_counts_in_whole_numbers():
    table, shares, _ = spread()
    page = io.StringIO()
    counts = table.assign(metric="deals", q05=13.15)
    print_spread(SimpleNamespace(table=counts, shares=shares, bands=""), Console(file=page))
    rows = [line for line in page.getvalue().splitlines() if "13" in line]
    assert len(rows) == len(table)
    assert all("13–" in row for row in rows)
    assert "25 %" in page.getvalue()


@pytest.mark.parametrize("name", ["Morocco", "Bosnia and Herzegovina", "United Kingdom of Great Britain"])
def test_no_heading_ends_in_a_lone_word(name):
    lines = SpreadPictures(*spread(), name).shares().get_title(loc="left").split("\n")
    assert " ".join(lines) == f"{name}: what the spread in Q4 2035 is made of"
    assert len(lines) == 2
    assert all(" " in line and len(line) <= 44 for line in lines)


def test_rules_are_drawn_with_their_ranges():
    ax = SpreadPictures(*spread(), "Morocco").rules("cooperation", "index")
    points = ax.lines[0]
    assert points.get_xdata().tolist() == pytest.approx([0.5, 0.6, 0.7])
    ranges = ax.collections[0].get_segments()
    assert [segment[:, 0].tolist() for segment in ranges] == [pytest.approx([0.4, 0.9])] * 3
    labels = dict(zip(ax.get_yticks(), (label.get_text() for label in ax.get_yticklabels()), strict=True))
    assert labels[2] == "rules of the scenario"
    assert "12 replicates a rule" in texts(ax)
    with style(), pytest.raises(ValueError, match="one metric"):
        draw_rules(spread()[0], new_axes(), title="", unit="", label="")


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_bars_of_new_partners_have_whole_names_in_two_lines_at_most(language):
    words = Words(language)
    names = [words.known(row["name"]) for row in shipped("nonstate")]
    axes = draw_new_partners(names, [0.5] * len(names), new_axes(), title="new", words=words)
    shown = [text.get_text() for text in axes.get_yticklabels()]
    whole = [text.replace("\N{RIGHT-TO-LEFT MARK}", "").replace("-\n", "-").replace("\n", " ") for text in shown]
    assert whole == names
    assert max(text.count("\n") for text in shown) == 1
