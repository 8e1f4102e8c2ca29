"""The report in a browser without a network: no error, no serious fault of access, nothing cut off.

Needs Chromium (Debian: ``apt-get install chromium``) and, for the check of access, axe-core: `make test-slow`
puts it into the environment where npm is there; ``npm install axe-core`` in the project's folder, or its file
named in ``AXE_CORE``, do as well. Without them the tests are skipped and say so.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from simulation.display.words.language import Words
from simulation.experiments.analysis.contrasts import paired_path
from simulation.report import explorer
from simulation.report.page import content_of_advice, page_of
from tests.app.browser import browsing
from tests.report import decisions, folders
from tests.report.pages import render

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_AXE_CORE = Path("node_modules", "axe-core", "axe.min.js")
_PLACES = [Path(os.environ.get("AXE_CORE", "")), ROOT / _AXE_CORE, Path(sys.prefix) / _AXE_CORE]
AXE = next((place for place in _PLACES if place.is_file()), None)
_PHONE = 360  # pixels across
_QUIET = ("--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
          "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND")  # fmt: skip
_PROBE = """
<script>{axe}</script>
<script>axe.run(document, {{resultTypes: ["violations"]}}).then(function (found) {{
  var told = document.createElement("pre"); told.id = "found";
  told.textContent = JSON.stringify({{faults: found.violations.map(function (v) {{
    return {{id: v.id, impact: v.impact, nodes: v.nodes.length, first: v.nodes[0].html.slice(0, 300)}}; }}),
    width: document.documentElement.scrollWidth, seen: window.innerWidth,
    fonts: Array.from(document.fonts).map(function (f) {{ return f.status; }})}});
  parent.document.body.appendChild(told); }});</script>
</body>"""
_FRAME = """<!DOCTYPE html><html lang="en"><title>Frame</title>
<body style="margin: 0"><iframe src="inner.html" style="border: 0; width: {width}px; height: 1300px"></iframe>
</body></html>
"""


def browse(page: Path, profile: Path, *options: str) -> subprocess.CompletedProcess[str]:
    if BROWSER is None:
        pytest.skip("Chromium is not installed")
    root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    command = [BROWSER, "--headless", *root, *_QUIET, f"--user-data-dir={profile}", "--enable-logging=stderr",
               "--window-size=1000,1400", *options, page.as_uri()]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)


@pytest.fixture(scope="module", params=["en", "fr", "ar"])
def page(request, results, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    text = render(results, Words(request.param), folders.spread(results[0]))
    path.write_text(text, encoding="utf-8")
    return path


def test_a_page_opens_from_disk_without_an_error(page, tmp_path) -> None:
    done = browse(page, tmp_path / "profile", "--dump-dom")
    assert "</html>" in done.stdout
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []


def test_no_row_of_a_table_fills_the_screen_of_a_phone(page, tmp_path) -> None:
    """A column of addresses has room for words: it is never as narrow as a letter."""
    with browsing(tmp_path) as phone:
        phone.size(_PHONE, 800)
        phone.open(page.as_uri())
        phone.wait("document.readyState === 'complete'")
        assert phone.see("Math.max(...Array.from(document.querySelectorAll('tr')).map(row => row.offsetHeight))") < 400
        captions = "Array.from(document.querySelectorAll('caption')).map(caption => caption.offsetWidth)"
        assert phone.see(f"Math.max(...{captions})") <= _PHONE  # whole without scrolling
        long = "Array.from(document.querySelectorAll('tbody td:not(.short)'))"
        assert phone.see(f"{long}.every(cell => cell.firstElementChild.localName === 'bdi')")  # in its own direction


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_wide_screen_shows_every_column_of_an_advice(language, tmp_path) -> None:
    """A gain in which all pairs agree is told in words, which may not push the price out of sight."""
    alike = decisions.candidates()
    alike["q05"] = alike["q95"] = alike["gain_commitments"]
    asked = decisions.Decision(decisions.opportunities(opportunities=alike), decisions.advice())
    path = tmp_path / "advice.html"
    path.write_text(page_of(content_of_advice(asked, Words(language))), encoding="utf-8")
    with browsing(tmp_path) as wide:
        wide.size(1280, 900)
        wide.open(path.as_uri())
        wide.wait("document.readyState === 'complete'")
        hidden = "Math.max(...Array.from(document.querySelectorAll('.scroll')).map(e => e.scrollWidth - e.clientWidth))"
        assert wide.see(hidden) == 0


def examined(text: str, width: int, folder: Path) -> dict:
    """What axe-core finds in a page that is seen so many pixels wide."""
    if AXE is None:
        pytest.skip("axe-core is not installed: npm install axe-core, or name its file in AXE_CORE")
    probe = _PROBE.format(axe=AXE.read_text(encoding="utf-8"))
    head, body, tail = text.rpartition("</body>")  # the last one: a script may hold others
    (folder / "inner.html").write_text(head + probe + tail if body else text, encoding="utf-8")
    frame = folder / "frame.html"  # a window is never as narrow as a phone, a frame is
    frame.write_text(_FRAME.format(width=width), encoding="utf-8")
    done = browse(frame, folder / "profile", "--dump-dom", "--virtual-time-budget=60000",
                  "--allow-file-access-from-files")  # fmt: skip
    told = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.S)
    assert told, done.stderr[-2000:]
    return json.loads(html.unescape(told[1]))


@pytest.mark.parametrize("width", [_PHONE, 1000])
def test_axe_finds_no_serious_fault_and_nothing_is_cut_off(page, width, tmp_path) -> None:
    found = examined(page.read_text(encoding="utf-8"), width, tmp_path)
    assert [fault for fault in found["faults"] if fault["impact"] in ("serious", "critical")] == []
    assert found["seen"] == width
    assert found["width"] <= found["seen"]  # nothing to scroll to sideways
    assert "error" not in found["fonts"]


def test_a_page_prints_on_a4(page, tmp_path) -> None:
    target = tmp_path / "report.pdf"
    browse(page, tmp_path / "profile", "--no-pdf-header-footer", f"--print-to-pdf={target}")
    boxes = set(re.findall(rb"/MediaBox \[([\d. ]+)\]", target.read_bytes()))
    assert len(boxes) == 1
    width, height = (float(number) for number in boxes.pop().split()[2:])
    assert (width, height) == pytest.approx((595, 842), abs=1)  # points of A4


# --- the page to explore

_ACTIONS = """
<script>
const byName = (id) => document.getElementById(id), pause = () => new Promise((done) => setTimeout(done, 400));
const seen = () => ({ hash: location.hash, title: byName("title").textContent, dir: document.documentElement.dir,
  at: Array.from(byName("at").querySelectorAll("td")).map((cell) => cell.dataset.values || ""),
  shown: Array.from(byName("at").querySelectorAll("td")).map((cell) => cell.textContent.replace(/[\u2066\u2069]/g, "")),
  path: byName("path").tBodies[0].rows.length, shapes: document.querySelectorAll("#chart svg path").length,
  checked: Array.from(document.querySelectorAll("#scenarios input")).map((box) => box.checked) });
async function set(id, value) {
  byName(id).value = value; byName(id).dispatchEvent(new Event("change")); await pause(); return seen();
}
(async function () {
  const steps = {};
  await pause();
  steps.first = seen();
  steps.metric = await set("metric", "autonomy");
  steps.quarter = await set("quarter", "4");
  steps.from = await set("from", "2");
  document.querySelectorAll("#scenarios input")[1].click(); await pause();
  steps.fewer = seen();
  location.hash = "metric=coverage&lines=0,1&quarter=2027Q4&view=difference&lang=ar"; await pause();
  steps.restored = seen();
  location.hash = "metric=<b>&lines=9,x&quarter=1&view=none&lang=xx"; await pause();
  steps.wrong = seen();
  steps.asked = performance.getEntriesByType("resource").map((entry) => entry.name);
  const told = document.createElement("pre"); told.id = "found"; told.textContent = JSON.stringify(steps);
  document.body.appendChild(told);
})();
</script></body>"""


def explored(path: Path, profile: Path) -> dict:
    """What a reader finds who changes one thing after the other."""
    head, _, tail = path.read_text(encoding="utf-8").rpartition("</body>")
    path.write_text(head + _ACTIONS + tail, encoding="utf-8")
    done = browse(path, profile, "--dump-dom", "--virtual-time-budget=30000")
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    told = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.S)
    assert told, done.stderr[-2000:]
    return json.loads(html.unescape(told[1]))


def test_a_page_is_explored_without_a_network(results, tmp_path) -> None:
    path = tmp_path / "explore.html"
    page = explorer.render(results)
    numbers = page.partition('id="content">')[2].partition("</script>")[0]
    content = json.loads(numbers)
    content["lines"][1]["values"]["commitments_kept"]["q95"][-1] = 12.0  # far larger than its neighbours
    path.write_text(page.replace(numbers, explorer.embedded(content)), encoding="utf-8")
    steps = explored(path, tmp_path / "profile")
    assert steps["asked"] == []
    forecast = results[0].forecast("autonomy").set_index("quarter")

    def told(step: str, place: int = 0) -> list[float]:
        return [float(number) for number in steps[step]["at"][place].split()]

    first, horizon = steps["first"], results[0].horizon
    assert told("first") == pytest.approx([results[0].forecast("commitments_kept")["mean"].iloc[-1]], rel=1e-7)
    assert first["title"] != steps["metric"]["title"]
    assert told("metric") == pytest.approx([forecast.loc[horizon, "mean"]], rel=1e-7)
    assert told("metric", 1) == pytest.approx(list(forecast.loc[horizon, ["q05", "q95"]]), rel=1e-7)
    assert "metric=autonomy" in steps["metric"]["hash"]
    quarter = forecast.index[4]
    assert told("quarter") == pytest.approx([forecast.loc[quarter, "mean"]], rel=1e-7)
    assert f"quarter={quarter}" in steps["quarter"]["hash"]
    assert steps["quarter"]["path"] == len(forecast)
    assert steps["from"]["path"] == len(forecast) - 2  # the table follows what is shown
    assert steps["fewer"]["checked"] == [True, False]
    assert len(steps["fewer"]["at"]) < len(steps["from"]["at"])
    assert steps["fewer"]["shapes"] < steps["from"]["shapes"]
    restored, path_of = steps["restored"], paired_path(results[1].series(), results[0].series(), "MAR", "coverage")
    row = path_of.set_index("quarter").loc["2027Q4"]
    assert (restored["dir"], restored["checked"]) == ("rtl", [True, True])
    assert told("restored", 8) == pytest.approx([row["difference"], row["low"], row["high"]], rel=1e-6)
    assert restored["shown"][4::5] == ["–", f"{row['pairs']:.0f}"]  # over how many pairs a difference is
    levels = " ".join(text for place, text in enumerate(first["shown"]) if place % 5 < 3)
    assert {len(part) for part in re.findall(r"\.(\d+)", levels)} == {1}, levels  # as many decimals in every row
    assert not re.search(r"-\d", " ".join(text for seen in (first, restored) for text in seen["shown"]))  # a minus: −
    assert steps["wrong"]["hash"] == first["hash"]  # what is no choice is taken out of the address, too
    assert steps["wrong"]["at"] == first["at"]  # what is no choice is as if it were not there


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [_PHONE, 1000])
def test_axe_finds_no_serious_fault_in_the_page_to_explore(results, language, width, tmp_path) -> None:
    found = examined(explorer.render(results, language), width, tmp_path)
    assert [fault for fault in found["faults"] if fault["impact"] in ("serious", "critical")] == []
    assert found["width"] <= found["seen"] == width
