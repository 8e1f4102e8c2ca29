"""Pictures of opportunities and of advice: what is drawn is what the contract's columns say."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Rectangle

from simulation.display import advice, opportunities
from simulation.display.advice import AdvicePictures
from simulation.display.search import PARTS
from simulation.display.style import new_axes, style
from simulation.display.words.language import ENGLISH, Words
from simulation.display.words.rounding import digits_that_tell
from simulation.display.words.terms import conditions
from tests.report import decisions


def pictures(words: Words = ENGLISH, **tables: pd.DataFrame) -> AdvicePictures:
    every = {"candidates": decisions.candidates(), "portfolio": decisions.portfolio(),
             "strategies": decisions.strategies(), "information": decisions.information()}  # fmt: skip
    return AdvicePictures(words.actor("MAR", "Morocco"), "Q4 2029", **(every | tables), words=words)


def written(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_a_dot_is_a_gain_filled_if_new_and_hollow_if_held() -> None:
    ax = pictures().opportunities()
    dots = [line for line in ax.lines if line.get_markersize() == 8]
    table = decisions.candidates(0)
    assert [dot.get_xdata()[0] for dot in dots] == list(table["gain_commitments"])
    assert [dot.get_ydata()[0] for dot in dots] == [4, 3, 2, 1, 0]  # the best at the top
    assert [dot.get_markerfacecolor() == "white" for dot in dots] == list(table["held"] >= opportunities.HELD)
    assert [dot.get_marker() for dot in dots] == [opportunities.MARKER[kind] for kind in table["kind"]]
    (lines,) = ax.collections
    assert [list(part[:, 0]) for part in lines.get_segments()] == table[["q05", "q95"]].to_numpy().tolist()


def test_probability_price_and_ties_stand_beside_the_rows() -> None:
    told = written(pictures().opportunities())
    assert [text for text in told if text.endswith("%")] == [f"{share}\u00a0%" for share in (60, 50, 40, 30, 20)]
    assert told.count("0.25") == 5
    assert told.count("tied") == 1  # the first two
    names = [text.get_text() for text in pictures().opportunities().get_yticklabels()]
    assert names[1] == decisions.EVIL
    assert "s0" not in " ".join(names)  # screened only


def test_a_bracket_holds_those_that_are_tied_with_its_first() -> None:
    table = pd.DataFrame({"partner": list("abcde"), "tied_with": ["b", "a c", "b", None, ""]})
    assert list(opportunities.groups(table)) == [(0, 1)]  # c is tied with b, not with a


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_one_row_is_drawn_and_none_is_left_out(language) -> None:
    words = Words(language)
    one = pictures(words, candidates=decisions.candidates(0).head(1), portfolio=decisions.portfolio().head(1),
                   strategies=decisions.strategies(1), information=decisions.information().head(1))  # fmt: skip
    assert list(one.drawable()) == ["opportunities", "portfolio", "regret", "information"]
    for draw in one.drawable().values():
        assert words.actor("MAR", "Morocco") in draw().get_title(loc="right" if words.right_to_left else "left")
    empty = {name: getattr(one, name).head(0) for name in ("candidates", "portfolio", "strategies", "information")}
    assert pictures(words, **empty).drawable() == {}
    assert AdvicePictures("Morocco", "").drawable() == {}
    assert "information" not in pictures(words, information=decisions.information(worth=0.0)).drawable()
    screened = decisions.candidates(1).tail(1)
    assert "opportunities" not in pictures(words, candidates=screened).drawable()


def test_nothing_to_draw_is_refused() -> None:
    with style(), pytest.raises(ValueError, match="nothing to draw"):
        opportunities.draw_opportunities(decisions.candidates(0).head(0), new_axes(), title="", label="")
    with style(), pytest.raises(ValueError, match="nothing to draw"):
        advice.draw_regret(decisions.strategies(0), new_axes(), objective="capacity", title="", label="")


def test_regret_is_ordered_by_the_objective_asked_for_and_controls_are_last() -> None:
    table = decisions.strategies()
    table.loc[(table["objective"] == "capacity") & (table["strategy"] == "as_recorded"), "regret_mean"] = 9.0
    assert advice.by_regret(table, "kept_commitments") == list(decisions.STRATEGIES)
    assert advice.by_regret(table, "capacity") == ["one_camp_eu", "as_recorded", "half_the_budget"]
    assert advice.by_objective(table, "capacity")[:2] == ["capacity", "kept_commitments"]
    ax = pictures(strategies=table).regret()
    assert written(ax)[0] == "0.00"
    frames = [patch.get_xy() for patch in ax.patches if isinstance(patch, Rectangle)]
    assert len(frames) == 6  # the least of each column
    table.loc[table["control"], "regret_mean"] = -1.0  # nobody may choose it
    told = pictures(strategies=table).regret().patches
    assert [patch.get_xy() for patch in told if isinstance(patch, Rectangle)] == frames
    assert ax.get_xticklabels()[0].get_text() == "kept commitments\n(binding-\nequivalents)"


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_names_of_two_lines_do_not_run_into_the_next(language) -> None:
    """Arabic letters are tall."""
    long = "\u0627\u0644\u062a\u062d\u0648\u0637 " * 9 if language == "ar" else "hedging between camps " * 3
    table = decisions.strategies().assign(title=long)
    ax = pictures(Words(language), strategies=table).regret()
    FigureCanvasAgg(ax.figure).draw()
    heights = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert all("\n" in label.get_text() for label in ax.get_yticklabels())
    assert all(upper.y0 >= lower.y1 for upper, lower in itertools.pairwise(heights))


def test_bars_of_losses_and_of_what_to_know_have_no_sign() -> None:
    assert written(pictures().losses()) == ["0.90", "0.00"]
    assert written(pictures().knowing()) == ["0.40"]  # what is worth nothing has no bar
    assert pictures().knowing().get_yticklabels()[0].get_text() == "rivalry between the leaders"


def searched(count: int = 2) -> dict[str, pd.DataFrame]:
    """Tables of a search that carried so many strategies on, and left one behind."""
    shares = pd.DataFrame(0.0, index=range(count + 1), columns=list(PARTS))
    shares["state"], shares["agency"] = 0.75, 0.25
    front = shares.assign(strategy=[f"found_{number}" for number in range(1, count + 1)] + [""],
                          kept_commitments_median=[12.34 - number for number in range(count + 1)])  # fmt: skip
    path = pd.DataFrame({"search": [1, 1, 2, 2], "evaluations": [20, 40, 20, 40], "hypervolume": [0.1, 0.3, 0.2, 0.25],
                         "front": 3})  # fmt: skip
    return {"optimised": front, "convergence": path}


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_bars_of_a_front_are_whole_budgets_of_those_carried_on(language) -> None:
    words = Words(language)
    ax = pictures(words, **searched()).front()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["found_1", "found_2"]
    ends = [max(bar.get_x() + bar.get_width() for bar in ax.patches if abs(bar.get_y() + 0.31 - row) < 1e-9)
            for row in (0, 1)]  # fmt: skip
    assert ends == [1.0, 1.0]
    assert written(ax)[-2:] == [words.line(words.number(value, 1)) for value in (12.34, 11.34)]
    assert len(ax.get_legend().get_texts()) == len(PARTS)


def test_a_search_is_a_line_with_its_number_and_says_whether_it_settled() -> None:
    ax = pictures(**searched()).searches()
    assert [list(line.get_ydata()) for line in ax.lines] == [[0.1, 0.3], [0.2, 0.25]]
    assert written(ax) == ["1", "2"]
    assert "not settled" in ax.figure.get_supxlabel()
    assert list(pictures(**searched()).drawable())[-2:] == ["front", "search"]


def test_files_are_written_as_two_kinds(tmp_path) -> None:
    names = {path.name for path in pictures().save(tmp_path)}
    assert names == {f"{name}.{kind}" for name in pictures().drawable() for kind in ("png", "svg")}
    assert "&lt;script&gt;" in (tmp_path / "opportunities.svg").read_text()


def test_conditions_are_told_in_words() -> None:
    text = "rivalry > 0.62 and lines = camp or region and learning = fermi"
    assert conditions(text, ENGLISH) == (
        "rivalry between the leaders above 0.62; lines along which the world breaks: camps, regions; and rule by which "
        "states learn tracks: states learn tracks from others"
    )
    assert "0,62" in conditions("budget < 0.62", Words("fr"))
    assert conditions("not_known_yet < 1e-9", ENGLISH) == "not known yet below 0.000"


@pytest.mark.parametrize(("value", "digits"), [(0, 0), (0.04, 3), (0.4, 2), (-9.9, 2), (12, 1), (123.4, 0)])
def test_digits_that_tell(value, digits) -> None:
    assert digits_that_tell(value) == digits


def test_an_axis_of_nothing_but_zeros_is_not_told_in_billionths() -> None:
    nothing = decisions.portfolio().assign(loss_commitments=0.0, q05=0.0, q95=0.0)
    assert pictures(portfolio=nothing).losses().get_xlim()[1] > 0.01
