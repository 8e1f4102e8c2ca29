"""The command line: exit statuses, messages, and nothing written when something is wrong."""

from __future__ import annotations

import inspect
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from simulation import source_code
from simulation.cli import common
from simulation.cli.commands import app
from simulation.experiments import ask
from simulation.experiments.engine import executors
from simulation.experiments.results import Results
from simulation.source_code import KERNEL_CACHE
from tests.experiments import fakes

ROOT = Path(__file__).parents[2]
BASELINE = str(ROOT / "scenarios" / "baseline.yaml")
SHORT = ("--set", "horizon=2025Q2", "--workers", "1")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(common, "must_compile", lambda: False)  # or the first test on a machine is told more


@pytest.fixture
def fake(monkeypatch):
    """Put another model in the place of the real one."""

    def put(simulate=fakes.simulate_forecast):
        monkeypatch.setattr(ask, "_model", ask.Model(simulate, fakes.facts, explain=None))

    return put


def wifaq(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


MAIN = "from simulation.cli import main\nif __name__ == '__main__': main()"


def in_a_process(*arguments: str, code: str = MAIN, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_ctrl_c if os.name == "posix" else None,
        **options,
    )


def hear_ctrl_c() -> None:
    """A test run in the background ignores Ctrl-C, and its children would too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_help_is_quick_and_imports_nothing_heavy():
    seconds = []
    for _ in range(3):
        start = time.monotonic()
        process = in_a_process("--help")
        out, _ = process.communicate(timeout=30)
        seconds.append(time.monotonic() - start)
        assert process.returncode == 0
    assert min(seconds) < 1
    assert {"run", "check", "list", "compare"} <= set(out.split())
    code = "import simulation.cli, sys; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"numpy", "pandas", "numba", "mesa", "matplotlib", "pyarrow", "pydantic"} & set(modules)


def test_check_loads_neither_model_nor_pictures_nor_words():
    code = """import sys
from typer.testing import CliRunner
from simulation.cli.commands import app
assert CliRunner().invoke(app, ["check", "scenarios/baseline.yaml"]).exit_code == 0
print(*sys.modules)"""
    modules = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not {"numba", "mesa", "matplotlib", "pandas", "babel.dates"} & set(modules.split())


def test_run_prints_the_forecast_and_writes_the_folder(tmp_path):
    result = wifaq("run", BASELINE, *SHORT, "--replicates", "2", "--seed", "0", "--no-contrasts", "--out", "here")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert "Results: here" in result.stdout
    assert "COOPERATION" in result.stdout
    assert "seed 0" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    info = json.loads((tmp_path / "here" / "run.json").read_text())
    assert info["seed"] == 0
    assert info["command"].split()[0] == "wifaq"  # what follows is this test run's own arguments
    charts = {path.name for path in (tmp_path / "here" / "charts").iterdir()}
    names = {name.partition(".")[0] for name in charts}
    assert charts == {f"{name}.{kind}" for name in names for kind in ("png", "svg")}
    assert {"fan_cooperation", "composition_by_track", "composition_by_partner", "partner_network"} <= names
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (("run", "--replicates", "1"), ["to draw"]),
        (("run", "--replicates", "1", "--no-charts"), []),
        (("run", "--replicates", "1", "--time-limit", "60"), []),
        (("run", "--replicates", "1", "--workers", "1"), [1]),
        (("run", "--replicates", "2"), [None]),
        (("compare", "--replicates", "1"), []),
    ],
)
def test_one_replicate_is_simulated_here_while_others_load_what_draws(monkeypatch, arguments, asked):
    called = []
    monkeypatch.setattr(executors, "get_ready", called.append)
    monkeypatch.setattr(executors, "get_ready_to_draw", lambda: called.append("to draw"))
    name, *options = arguments
    assert wifaq(name, "no such scenario", *options).exit_code == 2
    assert called == asked


@pytest.mark.parametrize(("more", "workers"), [((), 3), (("--workers", "1"), 1), (("--workers", "2"), 2)])
def test_charts_are_drawn_by_every_core_or_as_many_as_the_user_said(fake, monkeypatch, tmp_path, more, workers):
    fake()
    given = []
    monkeypatch.setattr(executors, "usable_cores", lambda: 3)
    monkeypatch.setattr(executors, "get_ready_to_draw", lambda: None)
    monkeypatch.setattr(executors, "get_ready", lambda workers: workers)
    monkeypatch.setattr(Results, "save", lambda *_, **options: given.append(options["workers"]) or tmp_path)
    assert wifaq("run", BASELINE, "--replicates", "1", "--no-contrasts", "--quiet", *more).exit_code == 0
    assert given == [workers]


def test_any_state_can_be_focal(tmp_path):
    for focal, name in (("SEN", "Senegal"), ("NZL", "New Zealand")):
        result = wifaq("run", BASELINE, *SHORT, "--replicates", "1", "--focal", focal, "--no-charts", "--no-contrasts")
        assert result.exit_code == 0, result.output
        assert f"Focal state {name} ({focal})" in result.stdout


def test_same_command_same_folder_and_it_says_so(fake, tmp_path):
    fake()
    first = wifaq("run", BASELINE, *SHORT, "--replicates", "3", "--no-charts")
    (folder,) = (tmp_path / "results" / "baseline").iterdir()
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    second = wifaq("run", BASELINE, *SHORT, "--replicates", "3", "--no-charts")
    assert first.exit_code == second.exit_code == 0
    assert "replaced" not in first.stdout
    assert "the same run was there; replaced" in second.stdout
    assert list((tmp_path / "results" / "baseline").iterdir()) == [folder]
    assert before == {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    quiet = wifaq("run", BASELINE, *SHORT, "--replicates", "3", "--no-charts", "--quiet")
    assert quiet.stdout.strip() == str(folder.relative_to(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "missing.yaml"], ["missing.yaml", "no such file"]),
        (["run", BASELINE, "--replicates", "0"], ["replicates"]),
        (["run", BASELINE, "--set", "replicates=1e1"], ["must be a whole number, not the number 10.0"]),
        (["run", BASELINE, "--workers", "0"], ["workers"]),
        (["run", BASELINE, "--seed", "-1"], ["seed"]),
        (["run", BASELINE, "--focal", "MARR"], ["focal", "MAR"]),
        (["run", BASELINE, "--set", "parameters.rivalri=2"], ["rivalri", "did you mean", "rivalry"]),
        (["run", BASELINE, "--set", "nonsense"], ["KEY=VALUE"]),
        (["run", BASELINE, "--out", "full"], ["full", "not empty"]),
        (["run", BASELINE, "--out", "full/file"], ["is not a folder"]),
        (["run", BASELINE, "--replicates", "many"], ["replicates"]),
        (["run", BASELINE, "--nonsense"], ["nonsense"]),
        (["run"], ["SCENARIO"]),
        (["check", BASELINE, "missing.yaml"], ["missing.yaml"]),
        (["list", "weather"], ["weather"]),
        (["run", BASELINE, "--out", "x" * 256], ["cannot be written"]),
        (["run", BASELINE, "--out", "forecast.xlsx"], ["ends in .xlsx", "a folder is written"]),
        (["spread", BASELINE, "--out", "spread.csv"], ["ends in .csv", "a folder is written"]),
        (["report", "full", "--out", "page.pdf"], ["ends in .pdf, but what is written is .html"]),
        (["report", "full", "--brief", "--out", "page.html"], ["ends in .html, but what is written is .pdf"]),
        (["run", BASELINE, "--set", "record.metrics=[cooperatoin]"], ["record.metrics[0]", "mean 'cooperation'"]),
        (["compare", BASELINE], ["at least two"]),
        (["compare", BASELINE, BASELINE, "--precision", "inf"], ["--precision", "positive"]),
        (["app", "missing.yaml", "--no-browser"], ["missing.yaml", "no such file"]),
        (["app", "--lang", "de", "--no-browser"], ["--lang", "'de' is no language"]),
        (["app", "--folder", "full/file", "--no-browser"], ["--folder", "is not a folder"]),
        (["nonsense"], ["nonsense"]),
    ],
)
def test_bad_input_is_told_in_lines_and_nothing_is_written(tmp_path, arguments, words):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    result = wifaq(*arguments)
    assert result.exit_code == 2, result.output
    assert all(word in result.stderr for word in words), result.stderr
    assert "Traceback" not in result.output
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_remarkable_is_told_on_screen(fake, tmp_path):
    fake()
    (tmp_path / "deals.csv").write_text("date,party_a,party_b,depth\n2024-06-05,MAR,FRA,2\n")
    path = tmp_path / "mine.yaml"
    path.write_text(f"extends: {BASELINE}\nas_of: 2023-12-31\nrecords: {{deals: deals.csv}}\n")
    told = "1 of the user's records are dated after 2023-12-31 and not loaded; to take them in, set the as-of date to"
    assert f"mine.yaml: note: records: {told}" in wifaq("check", str(path)).stderr
    result = wifaq("run", str(path), "--replicates", "1", "--no-charts", "--no-contrasts", "--out", "here")
    assert result.exit_code == 0, result.output
    assert f"note: {path}: records: {told}" in result.stderr
    quiet = wifaq("run", str(path), "--replicates", "1", "--no-charts", "--no-contrasts", "--quiet", "--out", "there")
    assert quiet.stderr == ""


def test_a_place_that_cannot_be_written_is_told_before_any_work(tmp_path):
    (tmp_path / "results").touch()
    result = wifaq("run", BASELINE)
    assert result.exit_code == 2
    assert "results: cannot be written" in result.stderr


def test_every_fault_has_a_line_and_debug_shows_the_traceback():
    faults = ["--set", "parameters.rivalry=9", "--set", "seeed=1"]
    result = wifaq("run", BASELINE, *faults)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 2
    assert "Traceback" in wifaq("run", BASELINE, *faults, "--debug").stderr


def test_a_failed_replicate_is_a_line_and_status_1(fake, tmp_path):
    fake(fakes.simulate_failing)
    result = wifaq("run", BASELINE, *SHORT, "--replicates", "3", "--no-contrasts", "--out", "out", "--no-charts")
    assert result.exit_code == 1
    assert "failed: scenario, replicate 1 (seed 2025), build: KeyError: 'gone'" in result.stderr
    assert "2 of 3 replicates" in result.stdout
    assert json.loads((tmp_path / "out" / "run.json").read_text())["replicates"]["failed"] == 1


def test_a_run_without_any_result_writes_nothing(fake, tmp_path):
    fake(fakes.simulate_never)
    result = wifaq("run", BASELINE, *SHORT, "--replicates", "3")
    assert result.exit_code == 1
    assert "all 3 replicates failed" in result.stderr
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_time_limit_that_is_none_is_refused_and_nothing_is_written(fake, tmp_path):
    fake()
    result = wifaq("run", BASELINE, *SHORT, "--time-limit", "0")
    assert result.exit_code == 2
    assert result.stderr.strip() == "time limit: 0 is not a positive number of seconds"
    assert list(tmp_path.iterdir()) == []


HEARS = "from simulation.cli.signals import end_at_once\nend_at_once()\nprint(flush=True)\n"
"""Before that Python itself answers Ctrl-C, with a traceback."""
MOMENTS = [0.1, 2.5, *(pytest.param(0.2 * k, marks=pytest.mark.slow) for k in range(1, 51))]
"""Seconds after that: libraries load, the server and its workers are made, results come in."""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_ends_at_once_with_130_and_writes_nothing(tmp_path, moment):
    arguments = ("run", BASELINE, "--replicates", "5000", "--workers", "2")
    process = in_a_process(*arguments, code=HEARS + MAIN, cwd=tmp_path, start_new_session=True)
    process.stdout.readline()
    time.sleep(moment)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, error = process.communicate(timeout=15)
    assert process.returncode == 130, error
    assert error.strip() == "interrupted; results are there whole or not at all"
    assert list(tmp_path.iterdir()) == []
    deadline = time.monotonic() + 10
    while alive_of(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive_of(process.pid)


def alive_of(group: int) -> list[str]:
    """Processes of a group that have not ended."""
    found = subprocess.run(["ps", "-A", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True)
    lines = [line.split(maxsplit=2) for line in found.stdout.splitlines()]
    return [line[-1] for line in lines if line[0] == str(group) and not line[1].startswith("Z")]


LOST = """
import signal, time
from simulation.cli.signals import end_at_once, ends_raised

class Freed:
    def __del__(self):
        signal.raise_signal({number})

end_at_once()
with ends_raised():
    try:
        {lose}
        time.sleep(20)
    except KeyboardInterrupt as stop:
        time.sleep(0.5)  # tidies, and is left in peace
        print(stop.status)
"""
LOSSES = {
    "while an object is freed": "made = Freed(); del made",
    "by a library": "import contextlib\n        with contextlib.suppress(BaseException): signal.raise_signal({number})",
}


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES)
def test_a_request_to_end_that_something_swallows_is_raised_again(lose, number):
    code = LOST.replace("{lose}", lose).replace("{number}", str(int(number)))
    out, error = in_a_process(code=code).communicate(timeout=15)
    assert (out.split(), error) == ([str(128 + number)], "")


def test_ctrl_c_while_the_commands_load_is_one_line():
    process = in_a_process(code=f"{HEARS}import signal\nsignal.raise_signal(2)")
    _, error = process.communicate(timeout=15)
    assert (process.returncode, error) == (130, "interrupted; results are there whole or not at all\n")


SLOW_TO_SAVE = """
import signal, time
from simulation.cli import main
from simulation.experiments import ask, results
from tests.experiments import fakes

def write(self, folder):
    (folder / "half").touch()
    time.sleep(60)

ask._model = ask.Model(fakes.simulate_forecast, fakes.facts, explain=None)
results.Results._write = write
signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell starts a job in the background
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), pytest.param(signal.SIGHUP, 129, marks=pytest.mark.slow)]
)
def test_a_signal_to_end_while_saving_leaves_nothing(tmp_path, number, status):
    arguments = ("run", BASELINE, *SHORT, "--replicates", "2", "--no-charts", "--no-contrasts", "--out", "out")
    process = in_a_process(*arguments, code=SLOW_TO_SAVE, cwd=tmp_path)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".*.partial/new/half")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    _, error = process.communicate(timeout=15)
    assert process.returncode == status, error
    assert error.strip() == f"ended by {number.name}; results are there whole or not at all"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("parameters", "rivalry"),
        ("mechanisms", "ends"),
        ("actors", "MRT"),
        ("blocs", "AMU"),
        ("instruments", "Convention 108"),
        ("metrics", "cooperation"),
        ("hooks", "partner_utility"),
    ],
)
def test_list(topic, name, monkeypatch):
    result = wifaq("list", topic)
    assert result.exit_code == 0, result.output
    assert name in result.stdout
    lines = result.stdout.splitlines()
    assert "…" not in result.stdout  # a pipe has room for all
    count = int(lines[0].split()[0])
    assert lines[0] == f"{count} {topic}"
    assert len(lines) == count + 3  # a line each, headings, and how to see more
    assert lines[-1] == f"All about one: wifaq list {topic} NAME"
    monkeypatch.setenv("FORCE_COLOR", "1")  # as if it were a terminal
    monkeypatch.setenv("TERM", "dumb")
    cut = wifaq("list", topic).stdout.splitlines()
    assert max(map(len, cut)) <= 80 < max(map(len, lines))
    assert len(cut) == len(lines)


@pytest.mark.parametrize(
    ("topic", "name", "told"),
    [("parameters", "rivalry", ["meaning", "section", "source", "low"]), ("actors", "MRT", ["Mauritania", "subregion"]),
     ("blocs", "AMU", ["agenda rate", "power EU"]), ("hooks", "partner_utility", ["def partner_utility", "returns"])],
)  # fmt: skip
def test_list_tells_all_about_a_name(topic, name, told):
    result = wifaq("list", topic, name)
    assert result.exit_code == 0, result.output
    assert all(word in result.stdout for word in told), result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_list_tells_of_every_name_that_there_is_not():
    result = wifaq("list", "parameters", "rivalri", "hazard", "nonsense_word")
    assert result.exit_code == 2
    assert not result.stdout
    assert "did you mean 'rivalry'?" in result.stderr
    assert "nonsense_word" in result.stderr


def test_list_scenarios_and_check(monkeypatch):
    monkeypatch.chdir(ROOT)
    result = wifaq("list", "scenarios")
    assert "\nbaseline " in result.stdout
    result = wifaq("check", "scenarios/baseline.yaml")
    assert result.exit_code == 0
    assert "1 of 1 files are good" in result.stdout


def test_compare_prints_paired_contrasts(fake, tmp_path):
    fake()
    (tmp_path / "split.yaml").write_text(f"extends: {BASELINE}\ntitle: Split\nfragmentation: 0.5\n")
    result = wifaq("compare", BASELINE, "split.yaml", *SHORT, "--replicates", "4")
    assert result.exit_code == 0, result.output
    assert "split minus baseline: Split (4 pairs)" in result.stdout
    row = next(line for line in result.stdout.splitlines() if line.startswith("cooperation"))
    assert "\u22120.050" in row
    assert "\u22120.050 to \u22120.050" in row
    assert [path.name for path in tmp_path.iterdir()] == ["split.yaml"]


def test_a_title_is_no_markup(fake, tmp_path):
    fake()
    (tmp_path / "odd.yaml").write_text(f"extends: {BASELINE}\ntitle: 'A [/x] and [bold]'\n")
    result = wifaq("compare", "odd.yaml", "odd.yaml", *SHORT, "--replicates", "2", "--parameters", "defaults")
    assert result.exit_code == 0, result.output
    assert "All against odd: A [/x] and [bold]" in " ".join(result.stdout.split())


def test_compare_refuses_scenarios_that_cannot_be_paired(fake, tmp_path):
    fake()
    (tmp_path / "other.yaml").write_text(f"extends: {BASELINE}\nseed: 1\nfocal: SEN\npeers: [TUN]\n")
    result = wifaq("compare", BASELINE, "other.yaml", "--seed", "0")
    assert result.exit_code == 2
    assert "--focal" in result.stderr
    result = wifaq("compare", BASELINE, "other.yaml", "--focal", "SEN")
    assert result.exit_code == 2
    assert "--seed" in result.stderr


def test_a_terminal_that_lacks_a_sign_gets_another():
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    arguments = [sys.executable, "-c", MAIN, "run", BASELINE, *SHORT, "--replicates", "1", "--no-charts",
                 "--no-contrasts", "--out", "x"]  # fmt: skip
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2025Q2" in done.stdout
    minus = [sys.executable, "-c", "import sys; from simulation.cli import main; sys.argv = ['wifaq', '--help']\n"
             "try: main()\nexcept SystemExit: print('\u22120.5 \u2020')"]  # fmt: skip
    assert subprocess.run(minus, env=environment, capture_output=True, text=True).stdout.endswith("-0.5 ?\n")


def test_the_module_runs_too():
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    arguments = [sys.executable, "-m", "simulation.cli", "check", BASELINE]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "1 of 1 files are good\n")


def test_advise_prints_the_choice_and_refuses_a_bad_file_with_all_faults(monkeypatch, tmp_path):
    from tests.experiments import advising
    from tests.experiments.sweeps.fakes import check as nothing

    monkeypatch.setattr(ask, "_model", ask.Model(advising.simulate, nothing, explain=None))
    Path("bad.yaml").write_text("strategies:\n  a: {strategy: {effrot: 2}}\n  b: {strategy: {only_camp: XX}}\n")
    refused = wifaq("advise", "baseline", "--strategies", "bad.yaml", "--out", "out")
    assert refused.exit_code == 2
    assert [line.split(": ")[0] for line in refused.stderr.splitlines()] == ["bad.yaml:2:18", "bad.yaml:3:18"]
    assert not Path("out").exists()
    done = wifaq("advise", "baseline", "--futures", "20", "--workers", "1", "--out", "out")
    assert done.exit_code == 0, done.output
    table = pd.read_csv(Path("out", "strategies.csv"))
    chosen = json.loads(Path("out", "advice.json").read_text())["chosen"]
    title = table.set_index("strategy").loc[chosen, "title"].iloc[0]
    assert title in " ".join(done.stdout.split())


@pytest.mark.parametrize("arguments", [("run", ""), ("run", BASELINE, "--out", ""), ("run", BASELINE, "--out=")])
def test_an_empty_text_is_no_path(arguments):
    process = in_a_process(*arguments)
    told = process.communicate()[1]
    name = "run" if len(arguments) == 2 else "--out"
    assert (process.returncode, told) == (2, f"{name}: an empty text stands after it; leave it out or name one\n")


@pytest.mark.skipif(os.name != "posix", reason="shells of Windows close no stream")
def test_a_closed_stream_is_no_fault():
    again = f"os.execv(sys.executable, [sys.executable, '-c', {MAIN!r}, 'list', 'blocs'])"
    process = in_a_process(code=f"import os, sys; os.close(1); {again}")
    assert (process.communicate()[1], process.returncode) == ("", 0)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("list", "blocs")])
def test_a_full_device_is_one_line(arguments):
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-c", MAIN, *arguments], env={**os.environ, "PYTHONPATH": str(ROOT)},
                              check=False, stdout=full, stderr=subprocess.PIPE, text=True)  # fmt: skip
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert "No space left on device" in done.stderr
    assert "OSError" not in done.stderr


REFUSED = {
    "run": [["--workers", "0"], ["--time-limit", "0"], ["--parameters", "x"], ["--replicates", "0"]],
    "check": [["x"]],
    "list": [["actors", "x"]],
    "compare": [["other.yaml"], ["--seed", "0"], [BASELINE, "--metric", "x"], [BASELINE, "--quarter", "2019Q1"]],
    "spread": [["--workers", "0"], ["--set", "x=1"]],
    "sweep": [["--workers", "0"], ["--executor", "x"], ["--workers", "0", "--dry-run"], ["--max-runs", "1"]],
    "analyse": [["--metric", "x"]],
    "report": [["--lang", "x"]],
    "instruments": [["--as-of", "2024-01-01", "--by", "x"]],
    "deals": [["--as-of", "2024-01-01", "--by", "2023-01-01"]],
    "score": [["--outcomes", "x"]],
    "backtest": [["--as-of", "x"], ["--scenario", "x"]],
    "explain": [["--actor", "x"], ["--quarter", "2019Q1"]],
    "opportunities": [["--replicates", "1"], ["--criterion", "x"], ["--by", "2019Q1"], ["--workers", "0"]],
    "new": [["x"]],
    "notebooks": [["x"]],
    "advise": [["--futures", "5"], ["--objective", "x"], ["--threshold", "x"]],
    "app": [["--lang", "x"]],
}
"""Options, after what a command is about, that it refuses; where that would be good, the rest."""
REFUSING = """
import json, sys
from typer.testing import CliRunner
from simulation.cli.commands import app
from simulation.source_code import must_compile

assert must_compile()
for arguments in json.loads(sys.argv[1]):
    done = CliRunner().invoke(app, arguments)
    print(json.dumps([arguments, done.exit_code, done.stderr]))
"""


def test_every_command_refuses_options_before_anything_compiles(tmp_path):
    Path("other.yaml").write_text(f"extends: {BASELINE}\nseed: 1\nfocal: SEN\npeers: [TUN]\n")
    Path("grid.yaml").write_text(f"base: {BASELINE}\ndesign: grid\nfactors: {{strategy.budget: [1, 2]}}\n")
    Path("x").write_text("x")
    Path("x.yaml").write_text("")
    about = {name: ["x"] if name in ("analyse", "report", "instruments", "score") else [] for name in REFUSED}
    about |= {name: [BASELINE] for name in ("run", "compare", "spread", "explain", "opportunities", "advise", "app")}
    about["sweep"] = ["grid.yaml"]
    commands = {command.name or command.callback.__name__: command.callback for command in app.registered_commands}
    assert set(REFUSED) == set(commands)
    have = [name for name, call in commands.items() if "workers" in inspect.signature(call).parameters]
    alone = {name: ["--workers", "1"] if name in have else [] for name in commands}
    asked = [[name, *about[name], *alone[name], *options] for name, bad in REFUSED.items() for options in bad]
    environment = {name: text for name, text in os.environ.items() if name != KERNEL_CACHE}
    environment |= {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-c", REFUSING, json.dumps(asked)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer[0] for answer in answers] == asked
    for arguments, status, told in answers:
        assert status == 2, (arguments, told)
        assert "Compiling" not in told, (arguments, told)
    assert not done.stderr


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize(("first", "quiet"), [(True, False), (True, True), (False, False)])
def test_a_person_or_a_log_is_told_what_the_first_run_does(first, quiet, terminal, monkeypatch, capsys):
    for module in (common, source_code):
        monkeypatch.setattr(module, "must_compile", lambda: first)
    monkeypatch.setattr(source_code, "_TELLERS", [])
    monkeypatch.setattr("numba.core.event.register", lambda *_: None)  # or later tests are told too
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    with common.progress(quiet=quiet):
        assert not capsys.readouterr().err, "nothing has begun"
        for _ in range(2):
            source_code.tell_of_workers()
    told = capsys.readouterr()
    assert told.err.count("Compiling kernels: about a minute") == (first and not quiet)
    assert bool(told.err.strip()) == (first and not quiet)
    assert not told.out


def test_backtest_says_where_its_tables_are(monkeypatch) -> None:
    monkeypatch.setattr("simulation.evidence.backtest.backtest", lambda *_: "What was told")
    for options, told in ((("--out", "here"), "What was told\n\nTables: here\n"), ((), "What was told\n")):
        assert wifaq("backtest", *options).stdout == told
