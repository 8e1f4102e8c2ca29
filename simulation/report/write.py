"""Write a report: open the folders, make the page, put it in place whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.display.words.language import Words
from simulation.errors import Fault, InputError, RunError
from simulation.experiments.engine import store
from simulation.report.decision import is_decision, open_decision
from simulation.report.opening import open_all, open_each

if TYPE_CHECKING:
    from simulation.report.page import Content


FORMS: Mapping[str, tuple[str, Sequence[str]]] = {
    # how the file is called before its language, and what its name may end in
    "page": ("report", (".html", ".htm")),
    "brief": ("brief", (".pdf",)),
    "explore": ("explore", (".html", ".htm")),
    "docx": ("report", (".docx",)),
    "xlsx": ("report", (".xlsx",)),
}
"""What can be written: a page, one sheet of PDF, a page to explore, a file of Word, a workbook."""


def report(
    folders: Sequence[Path | str], *, language: str = "en", form: str = "page", by: str = "region",
    out: Path | None = None,
) -> Path:  # fmt: skip
    """Write the report of result folders.

    Parameters
    ----------
    folders
        The first is what the report is of; the others are compared with it. One may be a folder of
        ``wifaq spread`` of the first one's scenario, one of ``wifaq opportunities`` and one of ``wifaq
        advise`` for its focal state; without a run the report is of these two. To ``explore``, they may be
        of any runs and sweeps.
    language
        ``en``, ``fr`` or ``ar``.
    form
        One of :data:`FORMS`.
    by
        What charts of actors group by: ``region``, ``camp`` (by treaty) or ``kind``.
    out
        The file; by default one such as ``report_en.html`` in the first folder.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If a folder holds no whole result, they cannot be compared, or a package that the form needs is missing.
    RunError
        If the disk does not take the file.
    """
    words = Words(language)
    paths = [Path(folder) for folder in folders]
    if not paths:
        raise InputError("name at least one result folder")
    if form not in FORMS:
        raise InputError(f"form: {form!r} is none of {', '.join(FORMS)}")
    name, endings = FORMS[form]
    target = out or paths[0] / f"{name}_{language}{endings[0]}"
    if out is not None:
        store.check_output(out, endings)
    content = _explorer(paths, language) if form == "explore" else _content(paths, words, form, by)
    try:
        with store.atomic_file(target) as partial:
            partial.write_bytes(content)
    except OSError as error:
        raise RunError(f"the report {target} was not written: {error}") from error
    return target


def _explorer(paths: Sequence[Path], language: str) -> bytes:
    """The bytes of a page to explore."""
    from simulation.report.explorer import library, render

    library()  # a missing package is told before folders are read
    return render(open_each(paths), language).encode("utf-8")


def _content(paths: Sequence[Path], words: Words, form: str, by: str) -> bytes:
    """The bytes of a report of runs, with what was asked beside them, or of that alone."""
    asked = [path for path in paths if is_decision(path)]
    runs = [path for path in paths if path not in asked]
    if form == "brief":
        return _brief(asked, runs, words)
    to_bytes = _WRITERS[form]()  # a missing package is told before folders are read
    from simulation.report.page import content_of, content_of_advice

    if asked and not runs:
        return to_bytes(content_of_advice(open_decision(asked), words))
    results, spread = open_all(runs)
    return to_bytes(content_of(results, words, spread, by, open_decision(asked, results[0].focal) if asked else None))


def _brief(asked: Sequence[Path], runs: Sequence[Path], words: Words) -> bytes:
    """The bytes of a brief."""
    if asked and not runs:
        raise InputError(Fault("--brief", "needs the folder of a run too; name one before this", str(asked[0])))
    from simulation.report.brief import render

    results, spread = open_all(runs)
    return render(results, words, spread, open_decision(asked, results[0].focal) if asked else None)


def _page() -> Callable[[Content], bytes]:
    from simulation.report.page import page_of

    return lambda content: page_of(content).encode("utf-8")


def _docx() -> Callable[[Content], bytes]:
    from simulation.report.word import document_of, package

    package()
    return document_of


def _xlsx() -> Callable[[Content], bytes]:
    from simulation.report.workbook import package, workbook_of

    package()
    return workbook_of


_WRITERS: Mapping[str, Callable[[], Callable[[Content], bytes]]] = {"page": _page, "docx": _docx, "xlsx": _xlsx}
