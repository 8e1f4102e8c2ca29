"""What tests of reports share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from simulation.experiments.results import Results
from tests.report import folders


@pytest.fixture(scope="session")
def results() -> list[Results]:
    return [folders.result(), folders.result(fragmentation=0.4, title="Another world", contrasts=())]


@pytest.fixture(scope="session")
def template(tmp_path_factory, results) -> Path:
    return Path(results[0].save(tmp_path_factory.mktemp("template") / "run", charts=False))


@pytest.fixture
def folder(tmp_path, template) -> Path:
    return Path(shutil.copytree(template, tmp_path / "run"))


@pytest.fixture
def undrawn(monkeypatch) -> None:
    """Pictures are made but not written out, which takes most of the time of a page."""
    monkeypatch.setattr("simulation.report.parts.drawing", lambda axes, words: "<svg ></svg>")
