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
from simulation.report.page import render
from tests.report import folders

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


@pytest.mark.parametrize("width", [_PHONE, 1000])
def test_axe_finds_no_serious_fault_and_nothing_is_cut_off(page, width, tmp_path) -> None:
    if AXE is None:
        pytest.skip("axe-core is not installed: npm install axe-core, or name its file in AXE_CORE")
    text = page.read_text(encoding="utf-8")
    probe = _PROBE.format(axe=AXE.read_text(encoding="utf-8"))
    inner = tmp_path / "inner.html"
    inner.write_text(text.replace("</body>", probe), encoding="utf-8")
    frame = tmp_path / "frame.html"  # a window is never as narrow as a phone, a frame is
    frame.write_text(_FRAME.format(width=width), encoding="utf-8")
    done = browse(frame, tmp_path / "profile", "--dump-dom", "--virtual-time-budget=60000",
                  "--allow-file-access-from-files")  # fmt: skip
    told = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.S)
    assert told, done.stderr[-2000:]
    found = json.loads(html.unescape(told[1]))
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
