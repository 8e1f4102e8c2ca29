"""Every room in a browser without a network: stepped, changed, clicked, forecast, passed on, opened again by a link.

Needs Chromium; where axe-core is installed too (see tests/report/test_browser.py), rooms are checked for access.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from simulation.app.live import Live
from simulation.app.notebook import view
from simulation.app.serve import MAX_UPLOAD
from simulation.cli.commands import app as cli
from simulation.display.words.language import Words
from simulation.errors import InputError
from simulation.experiments.ask import load
from simulation.experiments.engine import executors
from simulation.experiments.opportunities import READINGS_A_PAIR, opportunities
from simulation.experiments.run import run
from simulation.model import GovernanceModel
from tests.app.browser import Page, browsing
from tests.report import decisions
from tests.report.test_browser import AXE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ROOMS = ("world", "forecast", "scenario", "opportunities")
SEEN = "document.querySelector('#when').textContent && document.body.getAttribute('aria-busy') === 'false'"


@contextlib.contextmanager
def served(*options: str) -> Iterator[str]:
    """The address of an app that is served meanwhile."""
    command = [sys.executable, "-m", "simulation.cli", "app", "--no-browser", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", address)
            yield address
        finally:
            process.terminate()


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """A page waits a minute for what is asked; compiling kernels may take longer where other code was here before."""
    opportunities("baseline", sets=("horizon=2025Q2",), replicates=2, workers=1)


@pytest.fixture(scope="module", params=["en"])
def address(request) -> Iterator[str]:
    with served("--lang", request.param) as where:
        yield where


@pytest.fixture
def page(address, tmp_path) -> Iterator[Page]:
    with browsing(tmp_path) as opened:
        opened.size(1280, 900)
        yield opened
        assert opened.console == []
        assert opened.hosts == {"127.0.0.1"}


def at(page: Page, number: int) -> None:
    page.wait(f"document.querySelector('#time').value === '{number}' && {SEEN}")


def slide(page: Page, key: str, value: float) -> None:
    name = json.dumps(f'[data-key="{key}"]')
    page.see(f"(() => {{const s = document.querySelector({name}); s.value = {value};"
             " s.dispatchEvent(new Event('change', {bubbles: true}))})()")  # fmt: skip
    page.wait(f"document.querySelector({name}).closest('label').classList.contains('own') && {SEEN}")


def figures(page: Page) -> list[str]:
    return page.see("Array.from(document.querySelectorAll('#headline b')).map(b => b.textContent)")


def test_a_world_is_stepped_changed_and_asked_and_a_link_brings_it_back(page, address) -> None:
    page.open(address)
    page.wait(SEEN)
    for number in range(1, 6):
        page.click("#step")
        at(page, number)
    page.click("#play")
    page.wait("Number(document.querySelector('#time').value) >= 10")
    page.click("#play")
    page.see("(() => {const t = document.querySelector('#time'); t.value = 6;"
             " t.dispatchEvent(new Event('change', {bubbles: true}))})()")  # fmt: skip
    page.wait("document.querySelector('#when').textContent === 'Q2 2026'")
    changes = {"fragmentation.trust": 0.5, "strategy.budget": 2.0, "parameters.rivalry": 3.0}
    for key, value in changes.items():
        slide(page, key, value)
    at(page, 6)
    paths = Live(load("baseline", sets=[f"{key}={value}" for key, value in changes.items()])).until(6).paths()
    words, shown = Words("en"), figures(page)
    assert shown == [words.number(path[6], 0 if name == "partners_new" else 2) for name, path in paths.items()]
    page.click("#world-picture [data-actor=FRA]")
    page.wait("document.querySelector('.actor-name').textContent === 'France'")
    page.wait("document.querySelector('#events details') !== null")
    named = "[...document.querySelectorAll('#world-picture text')].filter(text => text.children.length > 1)"
    assert page.see(f"{named}.length") > 0  # long names stand on several lines, none wider than a line may be
    assert page.see(f"{named}.every(text => [...text.children].every(line => line.textContent.length <= 24))")
    for picture in ("#see-map", "#see-network"):
        page.click(picture)
        assert page.see("document.querySelectorAll('#world-picture svg:not([style*=none])').length") == 1
    link = page.see("location.href")
    page.open("about:blank")
    page.open(link)
    page.wait(f"{SEEN} && document.querySelector('#time').value === '6'")
    assert figures(page) == shown
    assert page.see("document.querySelector('.actor-name').textContent") == "France"
    assert page.see("document.querySelector('#headline em').title") == "without your changes"  # the grey line is back


def test_a_forecast_runs_is_pinned_cancelled_and_passed_on(page, address, tmp_path) -> None:
    page.open(f"{address}?room=forecast")
    page.wait(SEEN)
    page.see("document.querySelector('#count').value = '10'")
    page.click("#run")
    page.wait("document.querySelector('#fan svg')")
    page.wait("!document.querySelector('#run').disabled")
    assert page.see("document.querySelector('#bands').textContent").startswith("10 replicates")
    page.click("#partners th:nth-child(4) button")  # new
    new = page.see("[...document.querySelectorAll('#partners td:nth-child(4)')].map(c => parseInt(c.textContent))")
    assert new == sorted(new, reverse=True) != [0] * len(new)
    page.click("#pin")
    slide(page, "parameters.renewal", 0.8)
    page.click("#run")
    page.wait("document.querySelector('#difference svg') && !document.querySelector('#run').disabled")
    for button, ending in (("forecast_csv", "csv"), ("forecast_xlsx", "xlsx")):
        page.click(f"#{button}")
        kept(tmp_path, f"forecast_*.{ending}")
    sheets = pd.read_excel(kept(tmp_path, "*.xlsx"), sheet_name=None, keep_default_na=False)
    assert "ties" in sheets
    page.click("#pin")
    page.wait("location.search.split('pin=').length === 3")
    link, seen = page.see("location.href"), page.see("document.querySelector('#bands').textContent")
    page.open("about:blank")
    page.open(link)
    page.wait("document.querySelector('#done').textContent.startsWith('Pinned forecast 2 of 2')")
    page.wait("document.querySelector('#difference svg') && !document.querySelector('#run').disabled")
    assert page.see("document.querySelector('#bands').textContent") == seen
    assert page.see("location.href") == link
    page.click("#unpin")
    page.wait("!location.search.includes('pin=') && !document.querySelector('#fan svg')")
    page.see("document.querySelector('#count').value = '400'")
    page.click("#run")
    page.wait("document.querySelector('#progress').value > 0")
    page.click("#cancel")
    page.wait("!document.querySelector('#run').disabled")
    assert page.see("document.querySelector('#done').textContent") == "Cancelled."


def test_rubbish_in_the_address_is_told_and_the_world_opens(page, address) -> None:
    pins = "&pin=".join(["", "abc", "5.AAAA", "1e9.x", "7.%00", "9."])
    page.open(f"{address}?room=%22%5D&k=-5&actor=%3Cb%3E&map=zz&replicate=1e9&own=%%%{pins}")
    page.wait(f"{SEEN} && document.querySelector('#faults').textContent.includes('only 4 of 5')")
    told = page.see("document.querySelector('#faults').textContent").splitlines()
    assert sum("the scenario in this address is damaged" in line for line in told) == 3  # its own, and of two pins
    assert sum("a pinned forecast in this address is damaged" in line for line in told) == 2
    page.click("#step")
    at(page, 1)


def test_a_search_for_opportunities_can_be_cancelled_while_it_screens(page, address) -> None:
    page.open(f"{address}?room=opportunities")
    page.wait(SEEN)
    page.see("document.querySelector('#pairs').value = '50'")
    page.click("#look")
    page.wait(f"/^Screening: [1-9]\\d* of {50 * READINGS_A_PAIR}$/.test(document.querySelector('#told').textContent)")
    page.click("#stop")
    page.wait("!document.querySelector('#look').disabled", 10)
    assert page.see("document.querySelector('#told').textContent") == "Cancelled."


def test_opportunities_are_looked_for_and_read_from_a_folder(tmp_path) -> None:
    made = opportunities("baseline", sets=("horizon=2025Q2",), replicates=2, workers=1)
    made.save(tmp_path / "folder" / "mine")
    decisions.advice().save(tmp_path / "folder" / "which")
    rows = "document.querySelectorAll('#{} tbody tr').length"
    with served("--folder", str(tmp_path / "folder")) as address, browsing(tmp_path) as page:
        page.open(f"{address}?room=opportunities")
        page.wait(SEEN)
        for folder, shown, gone in (("which", "strategies", "candidates"), ("mine", "candidates", "strategies")):
            page.see(f"(() => {{const f = document.querySelector('#folder'); f.value = '{folder}';"
                     " f.dispatchEvent(new Event('change', {bubbles: true}))})()")  # fmt: skip
            page.wait(f"{rows.format(shown)} > 0 && {rows.format(gone)} === 0")  # one result at a time
        assert page.see(rows.format("candidates")) == len(made.table)
        page.click("#look")
        page.wait(f"{rows.format('candidates')} === 0")
        page.click("#stop")


def test_a_scenario_is_edited_told_off_and_taken_home(page, address, tmp_path) -> None:
    page.open(f"{address}?room=scenario")
    page.wait(SEEN)
    for text, told in (("extends: baseline\\nparameters: {rivalri: 2}\\n", "did you mean 'rivalry'"),
                       ("extends: /etc/passwd\\n", "must be a shipped scenario"),
                       ("extends: baseline\\nfocal: SEN\\n", "is good")):  # fmt: skip
        page.see(f"document.querySelector('#yaml').value = '{text}'")
        page.click("#apply")
        page.wait(f"document.querySelector('#verdict').textContent.includes({json.dumps(told)})")
    page.wait("document.querySelector('#focal').value === 'SEN'")
    page.click("#scenario_yaml")
    assert load(kept(tmp_path, "*.yaml")).focal == "SEN"


def test_a_file_that_is_sent_is_told_off_as_check_does(page, address, tmp_path) -> None:
    page.open(f"{address}?room=scenario")
    page.wait(SEEN)
    name, mine = "mine.yaml", "extends: baseline\nfocal: SEN\n"
    texts = ("extends: [baseline\n", "extends: baseline\nparameters: {rivalri: 2}\nfocul: SEN\n", "", "- a\n", mine)
    for text in texts:
        (tmp_path / name).write_text(text)
        page.see("document.querySelector('#verdict').textContent = ''")
        page.give("#upload", tmp_path / name)
        shown = page.wait("document.querySelector('#verdict').textContent")
        checked = CliRunner().invoke(cli, ["check", str(tmp_path / name)])
        told = [line.replace(str(tmp_path / name), "my_scenario.yaml") for line in checked.output.splitlines()]
        assert shown == ("my_scenario.yaml is good" if text == mine else "\n".join(told[: shown.count("\n") + 1]))
    page.wait("document.querySelector('#focal').value === 'SEN'")
    (tmp_path / name).write_text("# " + "a" * MAX_UPLOAD)
    page.give("#upload", tmp_path / name)
    page.wait("document.querySelector('#verdict').textContent.startsWith('That is too long')")
    page.click("#scenario_yaml")
    assert load(kept(tmp_path, "my_scenario.yaml")).focal == "SEN"  # what was there before stays


def test_two_tabs_are_two_worlds(page, address, tmp_path) -> None:
    with browsing(tmp_path / "other") as other:
        for tab, number in ((page, 3), (other, 1)):
            tab.open(f"{address}?k={number}")
            tab.wait(SEEN)
        slide(page, "parameters.rivalry", 3.0)
        slide(other, "strategy.budget", 2.0)
        other.see("(() => {const f = document.querySelector('#focal'); f.value = 'SEN';"
                  " f.dispatchEvent(new Event('change', {bubbles: true}))})()")  # fmt: skip
        page.click("#step")
        at(page, 4)
        other.wait(f"document.querySelector('.actor-name').textContent === 'Senegal' && {SEEN}")
        told = [tab.see("document.querySelector('#yaml').value") for tab in (page, other)]
        assert told == ["extends: baseline\nparameters:\n  rivalry: 3.0\n",
                        "extends: baseline\nstrategy:\n  budget: 2.0\nfocal: SEN\n"]  # fmt: skip
        made = ((page, 4, ["parameters.rivalry=3.0"]), (other, 1, ["strategy.budget=2.0", "focal=SEN"]))
        for tab, number, sets in made:
            paths = Live(load("baseline", sets=sets)).until(number).paths()
            words = Words("en")
            assert figures(tab) == [words.number(path[number], 0 if name == "partners_new" else 2)
                                    for name, path in paths.items()]  # fmt: skip


def test_a_replicate_that_fails_is_told_and_the_others_are_shown(page, monkeypatch) -> None:
    step = GovernanceModel.step

    def failing(model: GovernanceModel) -> None:
        if model.replicate == 1 and model.state.quarter == 2:
            raise ZeroDivisionError("no luck")
        step(model)

    monkeypatch.setattr(executors, "usable_cores", lambda: 1)  # others would not know
    monkeypatch.setattr(GovernanceModel, "step", failing)
    page.open(view("baseline").address + "?room=forecast")
    page.wait(SEEN)
    page.see("document.querySelector('#count').value = '4'")
    page.click("#run")
    page.wait("document.querySelector('#partners tbody tr') && !document.querySelector('#run').disabled")
    assert page.see("document.querySelector('#bands').textContent").startswith("3 replicates.")
    lost = page.see("document.querySelector('#lost').textContent")
    assert "1 replicate failed; the numbers are of the others." in lost
    assert lost.endswith("The first, replicate 1: ZeroDivisionError: no luck")


@pytest.mark.skipif(not executors.forked(), reason="who a worker belongs to is told by /proc")
def test_who_closes_the_tab_leaves_no_worker_behind(page) -> None:
    from multiprocessing import forkserver

    def workers() -> list[str]:
        server = forkserver._forkserver._forkserver_pid
        return Path(f"/proc/{server}/task/{server}/children").read_text().split() if server else []

    page.open(view("baseline").address + "?room=forecast")
    page.wait(SEEN)
    page.see("document.querySelector('#count').value = '400'")
    page.click("#run")
    page.wait("document.querySelector('#progress').value > 0", 120)
    assert workers()
    page.open("about:blank")
    end = time.monotonic() + 5
    while workers() and time.monotonic() < end:
        time.sleep(0.1)
    assert workers() == []


def test_a_notebook_shows_a_world_or_results_and_says_what_is_wrong(page) -> None:
    results = run("baseline", replicates=3, workers=1)
    shown = view(results)
    assert f'src="{shown.address}"' in shown._repr_html_()
    page.open(shown.address)
    page.wait("document.querySelector('#fan svg') && document.querySelector('#partners tbody tr')")
    assert page.see("document.querySelector('#bands').textContent").startswith("3 replicates")
    page.wait(SEEN)
    with pytest.raises(InputError, match="no such file"):
        view("missing.yaml")


def kept(folder: Path, pattern: str) -> Path:
    """A download, once it is whole."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if found := [path for path in folder.glob(pattern) if path.stat().st_size]:
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no {pattern} among {list(folder.iterdir())}")


@pytest.mark.parametrize("width", [390, 640, 1280])  # 640: the usual screen at 200 %
def test_every_room_is_usable_at_every_width(page, address, width) -> None:
    page.size(width, 844)
    for room in ROOMS:
        page.open(f"{address}?room={room}")
        page.wait(f"{SEEN}")
        page.wait(f"document.querySelector('.tab-pane.active').dataset.value === '{room}'")
        assert page.see("document.documentElement.scrollWidth") <= width
        if AXE is not None:
            page.see(AXE.read_text(encoding="utf-8") + "; 1")
            found = page.see("axe.run(document, {resultTypes: ['violations']}).then(f => f.violations"
                             ".filter(v => ['serious', 'critical'].includes(v.impact))"
                             ".map(v => v.id + ': ' + v.nodes[0].html.slice(0, 200)))")  # fmt: skip
            assert found == [], room


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_other_languages_open_too(tmp_path, language) -> None:
    with served("--lang", language) as address, browsing(tmp_path) as page:
        page.size(1280, 900)
        page.open(address)
        page.wait(f"{SEEN}")
        assert page.see("document.documentElement.lang") == language
        assert page.see("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
        cut = "const seen = e.clientWidth; e.style.maxInlineSize = 'none'; return e.clientWidth - seen"
        assert page.see(f"(e => {{{cut}}})(document.querySelector('#base'))") == 0  # no title of a scenario is cut
        for room in ROOMS:
            page.click(f"a[data-value={room}]")
            page.wait(f"document.querySelector('.tab-pane.active').dataset.value === '{room}'")
            assert page.see("document.documentElement.scrollWidth") <= 1280, room
        assert page.see("window.wifaq.number(1234.56, 1)") == Words(language).number(1234.56, 1)
        assert page.see("window.wifaq.number(-0.25, 2)") == Words(language).number(-0.25, 2)
        assert page.see("window.wifaq.number(-0.001, 2)") == Words(language).number(0.0, 2)
        assert page.console == []
