"""The report in a browser without a network: no error, no serious fault of access, nothing cut off.

Needs Chromium (Debian: ``apt-get install chromium``) and, for the check of access, axe-core
(``npm install axe-core`` in the project's folder, or its file named in ``AXE_CORE``); without them
the tests are skipped and say so.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from simulation.report.page import render
from simulation.words.language import Words
from tests.report import folders

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE = Path(os.environ.get("AXE_CORE", ROOT / "node_modules" / "axe-core" / "axe.min.js"))
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
  document.body.appendChild(told); }});</script>
</body>"""


def browse(page: Path, profile: Path, *options: str) -> subprocess.CompletedProcess[str]:
    if BROWSER is None:
        pytest.skip("Chromium is not installed")
    root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    command = [BROWSER, "--headless", *root, *_QUIET, f"--user-data-dir={profile}", "--enable-logging=stderr",
               "--window-size=1000,1400", *options, page.as_uri()]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)


@pytest.fixture(scope="module")
def results():
    return [folders.result(), folders.result(fragmentation=0.4, title="Another world", contrasts=())]


@pytest.fixture(params=["en", "fr", "ar"])
def page(request, results, tmp_path) -> Path:
    path = tmp_path / "report.html"
    path.write_text(render(results, Words(request.param)), encoding="utf-8")
    return path


def test_a_page_opens_from_disk_without_an_error(page, tmp_path) -> None:
    done = browse(page, tmp_path / "profile", "--dump-dom")
    assert "</html>" in done.stdout
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []


def test_axe_finds_no_serious_fault(page, tmp_path) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm install axe-core, or name its file in AXE_CORE")
    text = page.read_text(encoding="utf-8")
    probe = _PROBE.format(axe=AXE.read_text(encoding="utf-8"))
    page.write_text(text.replace("</body>", probe), encoding="utf-8")
    done = browse(page, tmp_path / "profile", "--dump-dom", "--virtual-time-budget=60000")
    told = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.S)
    assert told, done.stderr[-2000:]
    found = json.loads(html.unescape(told[1]))
    assert [fault for fault in found["faults"] if fault["impact"] in ("serious", "critical")] == []
    assert found["width"] <= found["seen"]  # nothing to scroll to sideways
    assert "error" not in found["fonts"]


def test_a_page_prints_on_a4(page, tmp_path) -> None:
    target = tmp_path / "report.pdf"
    browse(page, tmp_path / "profile", "--no-pdf-header-footer", f"--print-to-pdf={target}")
    boxes = set(re.findall(rb"/MediaBox \[([\d. ]+)\]", target.read_bytes()))
    assert len(boxes) == 1
    width, height = (float(number) for number in boxes.pop().split()[2:])
    assert (width, height) == pytest.approx((595, 842), abs=1)  # points of A4
