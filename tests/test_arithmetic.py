"""Elementary functions of our own: right to a unit or two in the last place, and the same compiled or not."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import arithmetic, kernels

PACKAGE = Path(arithmetic.__file__).parent
ENDS = np.array([
    0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 1e-310, 2.3e-308, 1e-20, 1.0, -1.0, 2.0, 0.5, -0.5, 1e308,
    -1e308, 709.78, 709.79, -708.5, -740.0, -745.1, -745.2, 1.0 - 2.0**-53, 1.0 + 2.0**-52, 2.0**-53 - 1.0,
])  # fmt: skip
NAMES = ("exp", "expm1", "log", "log1p")


def everywhere() -> np.ndarray:
    """Numbers of every size, and close to 0 and 1."""
    rng = np.random.default_rng(0)
    wide = rng.normal(size=(7, 20_000)) * np.array([1e-300, 1e-10, 1e-3, 0.3, 1.0, 30.0, 300.0])[:, None]
    return np.concatenate([wide.ravel(), 1.0 + wide[:4].ravel(), np.exp(wide[5:].ravel().clip(-700, 700)), ENDS])


def units_away(value: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Distance in units in the last place; 0 where both are the same infinity or no number."""
    same = (value == true) | (np.isnan(value) & np.isnan(true))
    with np.errstate(invalid="ignore"):
        return np.where(same, 0.0, np.abs(value - true) / np.spacing(np.abs(true)))


@pytest.mark.parametrize("name", NAMES)
def test_right_to_two_units_in_the_last_place_and_without_a_warning(name: str) -> None:
    x = everywhere()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = getattr(arithmetic, name)(x)
    with np.errstate(all="ignore"):
        true = getattr(np, name)(x)
    assert units_away(value, true).max() <= 2.0
    np.testing.assert_array_equal([getattr(arithmetic, name)(number) for number in ENDS], value[-len(ENDS) :])


def test_powers_are_right_to_two_units_in_the_last_place() -> None:
    x = np.abs(everywhere())
    rng = np.random.default_rng(1)
    for size in (0.1, 0.5, 1.5, 3.0, 40.0, 300.0):
        y = rng.normal(size=x.size) * size
        with np.errstate(all="ignore"):
            assert units_away(arithmetic.power(x, y), np.power(x, y)).max() <= 2.0
    x, y = np.meshgrid(np.abs(ENDS), ENDS)
    with np.errstate(all="ignore"):
        true = np.power(x, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert units_away(arithmetic.power(x, y), true).max() <= 2.0
    assert np.isnan(arithmetic.power(-2.0, 2.0))


@pytest.mark.parametrize("name", NAMES)
def test_compiled_ones_have_the_same_bits(name: str) -> None:
    x = everywhere()
    if name.startswith("exp"):
        x = x[np.abs(x) <= 708.0]  # compiled, the argument is clipped
    compiled = np.array([getattr(kernels, name)(number) for number in x])
    assert compiled.tobytes() == np.where(np.isnan(compiled), compiled, getattr(arithmetic, name)(x)).tobytes()
    assert np.isnan(compiled).sum() == np.isnan(getattr(arithmetic, name)(x)).sum()


@given(st.floats(0.0, 1e300), st.floats(-300.0, 300.0))
def test_compiled_powers_have_the_same_bits(x: float, y: float) -> None:
    plain = float(arithmetic.power(x, y))
    if 1e-300 < plain < 1e300 or x in (0.0, 1.0) or y == 0.0:
        assert kernels.power(x, y) == plain


def test_logarithms_of_an_array_are_those_of_each() -> None:
    x = np.array([0.0, 1e-310, 0.3, 1.0, 7.0, np.inf])
    assert [kernels.log(value) for value in x] == arithmetic.log(x).tolist()


def test_logarithms_of_counts_are_those_of_numbers() -> None:
    counts = np.array([[0.0, 3.0], [12.0, 1.0]])
    assert arithmetic.log1p_of_counts(counts).tobytes() == arithmetic.log1p(counts).tobytes()
    assert arithmetic.log1p_of_counts(np.zeros((0, 2))).shape == (0, 2)


def test_logarithms_of_ordinary_numbers_alone_are_those_beside_ends() -> None:
    ordinary = np.array([1e-310, 0.3, 1.0, 7.0])
    for function in (arithmetic.log, arithmetic.log1p):
        assert function(ordinary).tobytes() == function(np.append(ordinary, [0.0, np.inf, np.nan, -2.0]))[:4].tobytes()
        assert function(np.zeros(0)).size == 0


# --- sums, products, lines


def test_a_sum_goes_from_the_first_to_the_last() -> None:
    assert arithmetic.ordered_sum([1.0, 1e100, 1.0, -1e100]) == 0.0, "Python 3.12 makes 2 of it"
    assert arithmetic.ordered_sum(iter(())) == 0.0


def test_products_are_those_of_linear_algebra() -> None:
    rng = np.random.default_rng(2)
    for left, right in (((7, 5), (5, 3)), ((7, 5), (5,)), ((4, 7, 5), (4, 5, 1)), ((0, 5), (5, 2)), ((3, 0), (0, 2))):
        a, b = rng.normal(size=left), rng.normal(size=right)
        np.testing.assert_allclose(arithmetic.product(a, b), a @ b, rtol=0, atol=1e-14)
    tables = rng.normal(size=(5, 3, 4))
    np.testing.assert_allclose(arithmetic.weighted(a := rng.normal(size=5), tables), np.tensordot(a, tables, 1))


def test_solutions_solve() -> None:
    rng = np.random.default_rng(3)
    for size in (1, 2, 3, 6):
        matrix, right = rng.normal(size=(size, size)), rng.normal(size=(size, 4))
        np.testing.assert_allclose(arithmetic.solve(matrix, right), np.linalg.solve(matrix, right), rtol=1e-9)
    assert arithmetic.solve([[0.0, 2.0], [1.0, 0.0]], [[2.0], [3.0]]).tolist() == [[3.0], [1.0]]
    with pytest.raises(ZeroDivisionError, match="singular"):
        arithmetic.solve([[1.0, 2.0], [2.0, 4.0]], [[1.0], [1.0]])


def test_a_line_is_that_of_least_squares() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=50) + 3.0, rng.normal(size=50)
    assert arithmetic.line(x, y) == pytest.approx(np.polyfit(x, y, 1), rel=1e-9)


# --- and nothing else where results are made

RESULTS = (
    "data", "scenario", "intensity", "processes", "actors", "model", "outcomes", "kernels.py",
    "experiments", "evidence/deals/forecast.py",
)  # fmt: skip
"""Rooms and files whose numbers reach a run's results or a forecast of deals."""
TABLES = PACKAGE / "experiments" / "analysis"
"""But for what is told from the tables of results."""
FUNCTIONS = {
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "logaddexp", "power", "float_power", "pow", "cbrt",
    "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "arctan2", "asin", "acos", "atan",
    "atan2", "hypot", "erf", "erfc", "gamma", "lgamma", "dot", "vdot", "inner", "matmul", "einsum", "tensordot",
    "polyfit", "corrcoef", "cov", "convolve", "correlate", "logspace", "geomspace",
}  # fmt: skip
"""Of ``np`` and ``math``: those that choose by processor, or call what does."""
EXCEPTIONS = {
    ("data/build.py", "_tones"): "building only: what is built is shipped, to three digits",
    ("intensity/equation.py", "_one"): "fits only: what is fitted is shipped",
    ("intensity/equation.py", "information"): "fits only",
    ("experiments/engine/dispatch.py", "Dispatch"): "how often a failed chunk is halved: a whole number",
    ("experiments/sweeps/load.py", "_samples_problems"): "whole numbers",
    ("scenario/schema.py", "**"): "whole numbers",
    ("processes/opinion.py", "scipy.special.betaincinv"): "rounded to nine digits, far from its last bit",
    ("experiments/prior.py", "scipy.special.betaincinv"): "rounded to nine digits, far from its last bit",
    ("experiments/prior.py", "scipy.special.ndtr"): "rounded to nine digits, far from its last bit",
    ("experiments/prior.py", "scipy.special.ndtri"): "rounded to nine digits, far from its last bit",
    ("experiments/sweeps/schema.py", "Range"): "the triangular quantile: roots and quotients",
    ("experiments/sweeps/design.py", "scipy.stats.qmc"): "whole numbers and quotients",
    ("experiments/sweeps/futures.py", "scipy.stats.qmc"): "whole numbers and quotients",
    ("experiments/optimise.py", "scipy.stats.qmc"): "whole numbers and quotients",
}
"""Where such a function may stand, by file and outermost function, class or import, and why."""
WHOLE_SUMS = {
    "data/spreadsheets.py", "experiments/engine/executors.py", "experiments/run.py", "data/positions.py",
    "data/facts.py", "experiments/opportunities.py", "model/book.py",
}  # fmt: skip
"""Files that add up whole numbers or arrays with Python's ``sum``, which compensates floats from version 3.12 on."""


def _files() -> Iterator[Path]:
    for name in RESULTS:
        path = PACKAGE / name
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        yield from (file for file in files if not file.is_relative_to(TABLES))


def _processor_bound(node: ast.AST) -> Iterator[str]:
    """What stands under a node and may differ between processors."""
    for child in ast.walk(node):
        if isinstance(child, ast.Attribute) and child.attr in FUNCTIONS and ast.unparse(child.value) in ("np", "math"):
            yield ast.unparse(child)
        elif isinstance(child, ast.Attribute) and ast.unparse(child) == "np.linalg":
            yield "np.linalg"
        elif isinstance(child, ast.BinOp | ast.AugAssign) and isinstance(child.op, ast.MatMult):
            yield "@"
        elif isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute) and child.func.attr == "dot":
            yield "dot"
        elif isinstance(child, ast.Call) and ast.unparse(child.func) in ("np.argsort", "np.argpartition"):
            if "kind='" not in ast.unparse(child):
                yield "argsort"  # the order of equals depends on the processor, unless it is stable
        elif isinstance(child, ast.ImportFrom) and child.module in ("math", "scipy", "scipy.special", "scipy.stats"):
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif isinstance(child, ast.BinOp) and isinstance(child.op, ast.Pow) and not _whole(child.right):
            yield "**"


def _whole(power: ast.expr) -> bool:
    """Whether a power is a square, which is a product."""
    return isinstance(power, ast.Constant) and power.value == 2


def _found() -> set[tuple[str, str, str]]:
    """File, outermost name and what stands there."""
    result = set()
    for path in _files():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            for what in _processor_bound(node):
                place = getattr(node, "name", what)
                result.add((path.relative_to(PACKAGE).as_posix(), place, what))
    return result


def test_results_are_made_of_additions_and_products() -> None:
    found = _found()
    assert {entry for entry in found if entry[:2] not in EXCEPTIONS} == set()
    assert set(EXCEPTIONS) == {entry[:2] for entry in found}, "an exception that nothing needs"


def test_floats_are_added_up_in_order() -> None:
    """Sums of ones over a condition are of whole numbers, as are those of the files named."""
    found = set()
    for path in _files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "sum":
                counts = isinstance(node.args[0], ast.GeneratorExp) and ast.unparse(node.args[0].elt) == "1"
                found |= set() if counts else {path.relative_to(PACKAGE).as_posix()}
    assert found == WHOLE_SUMS
