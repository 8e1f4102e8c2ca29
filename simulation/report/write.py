"""Write a report: open the folders, make the page, put it in place whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simulation.display.words.language import Words
from simulation.errors import Fault, InputError, RunError
from simulation.experiments.engine import store
from simulation.report.decision import is_decision, open_decision
from simulation.report.opening import open_all


def report(
    folders: Sequence[Path | str], *, language: str = "en", brief: bool = False, by: str = "region",
    out: Path | None = None,
) -> Path:
    """Write the report of result folders.

    Parameters
    ----------
    folders
        The first is what the report is of; the others are compared with it. One may be a folder of
        ``wifaq spread`` of the first one's scenario, one of ``wifaq opportunities`` and one of ``wifaq
        advise`` for its focal state; without a run the report is of these two.
    language
        ``en``, ``fr`` or ``ar``.
    brief
        One page of PDF in place of the whole report.
    by
        What charts of actors group by: ``region``, ``camp`` (by treaty) or ``kind``.
    out
        The file; by default ``report_en.html`` or ``brief_en.pdf`` in the first folder.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If a folder holds no whole result, or they cannot be compared.
    RunError
        If the disk does not take the file.
    """
    words = Words(language)
    paths = [Path(folder) for folder in folders]
    if not paths:
        raise InputError("name at least one result folder")
    target = out or paths[0] / (f"brief_{language}.pdf" if brief else f"report_{language}.html")
    if out is not None:
        store.check_output(out, (".pdf",) if brief else (".html", ".htm"))
    asked = [path for path in paths if is_decision(path)]
    content = _content(asked, [path for path in paths if path not in asked], words, brief, by)
    try:
        with store.atomic_file(target) as partial:
            partial.write_bytes(content)
    except OSError as error:
        raise RunError(f"the report {target} was not written: {error}") from error
    return target


def _content(asked: Sequence[Path], runs: Sequence[Path], words: Words, brief: bool, by: str) -> bytes:
    """The bytes of a report of runs, with what was asked beside them, or of that alone."""
    if asked and not runs:
        if brief:
            raise InputError(Fault("--brief", "needs the folder of a run too; name one before this", str(asked[0])))
        from simulation.report.page import render_advice

        return render_advice(open_decision(asked), words).encode("utf-8")
    results, spread = open_all(runs)
    decision = open_decision(asked, results[0].focal) if asked else None
    if brief:
        from simulation.report.brief import render as render_brief

        return render_brief(results, words, spread, decision)
    from simulation.report.page import render

    return render(results, words, spread, by, decision).encode("utf-8")
