"""Write a report: open the folders, make the page, put it in place whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from simulation.display.words.language import Words
from simulation.errors import Fault, InputError, RunError
from simulation.experiments.engine import store
from simulation.report.decision import is_decision, open_decision
from simulation.report.opening import open_all, open_each

if TYPE_CHECKING:
    from simulation.report.page import Content


class Form(NamedTuple):
    """How a file is called before its language, what its name may end in, and the package that it needs, if any.

    Of the package: its module, its name, and the extra of Wifaq that brings it.
    """

    name: str
    endings: Sequence[str]
    package: tuple[str, str, str] | None = None

    def check(self, option: str) -> None:
        """Refuse a form whose package is missing, or a library of the system that this needs."""
        if self.package is not None:
            module, title, extra = self.package
            try:
                import_module(module)
            except (ImportError, OSError) as error:
                raise InputError(f"--{option} needs {title}: pip install 'wifaq[{extra}]' ({error})") from error


FORMS: Mapping[str, Form] = {
    "page": Form("report", (".html", ".htm")),
    "brief": Form("brief", (".pdf",), ("weasyprint", "WeasyPrint", "brief")),
    "explore": Form("explore", (".html", ".htm"), ("vl_convert", "vl-convert-python", "explore")),
    "docx": Form("report", (".docx",), ("docx", "python-docx", "documents")),
    "xlsx": Form("report", (".xlsx",), ("openpyxl", "openpyxl", "documents")),
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
    asked = FORMS[form]
    target = out or paths[0] / f"{asked.name}_{language}{asked.endings[0]}"
    if out is not None:
        store.check_output(out, asked.endings)
    asked.check(form)  # before folders are read
    content = _explorer(paths, language) if form == "explore" else _content(paths, words, form, by)
    try:
        with store.atomic_file(target) as partial:
            partial.write_bytes(content)
    except OSError as error:
        raise RunError(f"the report {target} was not written: {error}") from error
    return target


def _explorer(paths: Sequence[Path], language: str) -> bytes:
    """The bytes of a page to explore."""
    from simulation.report.explorer import render

    return render(open_each(paths), language).encode("utf-8")


def _content(paths: Sequence[Path], words: Words, form: str, by: str) -> bytes:
    """The bytes of a report of runs, with what was asked beside them, or of that alone."""
    from simulation.report.answer import Subject
    from simulation.report.page import content_of, content_of_advice

    asked = [path for path in paths if is_decision(path)]
    runs = [path for path in paths if path not in asked]
    if asked and not runs:
        if form == "brief":
            raise InputError(Fault("--brief", "needs the folder of a run too; name one before this", str(asked[0])))
        return _bytes_of(content_of_advice(open_decision(asked), words), form)
    results, spread = open_all(runs)
    subject = Subject(results, words, spread, by, open_decision(asked, results[0].focal) if asked else None)
    if form == "brief":
        from simulation.report.brief import render

        return render(subject)
    return _bytes_of(content_of(subject), form)


def _bytes_of(content: Content, form: str) -> bytes:
    if form == "docx":
        from simulation.report.word import document_of

        return document_of(content)
    if form == "xlsx":
        from simulation.report.workbook import workbook_of

        return workbook_of(content)
    from simulation.report.page import page_of

    return page_of(content).encode("utf-8")
