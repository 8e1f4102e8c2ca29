"""What the commands share: options, how errors and progress are told, exit statuses. Light to import."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.signals import Ended, ends_raised
from simulation.errors import InputError, WifaqError
from simulation.source_code import must_compile, tell_when_compiling, temporary_kernels

if TYPE_CHECKING:
    from rich.console import Console

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses."""
PROGRESS_AFTER = 2.0  # seconds without an answer after which a person wants to see something move


def get_ready(workers: int | None) -> int | None:
    """Workers load while the command does."""
    from simulation.experiments.engine.executors import get_ready as load  # here: most commands have no workers

    return load(workers)


One = Annotated[Path, typer.Argument(metavar="SCENARIO", help="YAML file, or name of a shipped scenario.")]
Seed = Annotated[int | None, typer.Option(help="Seed; default: the scenario's.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the scenario, e.g. strategy.budget=2."),
]
Focal = Annotated[str | None, typer.Option(metavar="STATE", help="Focal state (code or name); default: as it says.")]
Source = Annotated[
    str, typer.Option(help="prior: each replicate draws the free parameters; defaults: all as the scenario says.")
]
Workers = Annotated[int | None, typer.Option(help="Processes; default: one a usable core.", callback=get_ready)]
Executor = Annotated[str, typer.Option(help="local, dask://HOST:PORT or mpi.")]
Lang = Annotated[str, typer.Option(help="Language: en, fr or ar.")]
Tables = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for both tables; default: none.")]
NoBar = Annotated[bool, typer.Option("--quiet", help="No progress bar.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


@contextlib.contextmanager
def errors(debug: bool) -> Iterator[None]:
    """Turn what goes wrong into lines on standard error and an exit status."""
    try:
        with ends_raised():
            yield
            sys.stdout.flush()
    except typer.Exit:
        raise
    except KeyboardInterrupt as stop:
        _complain(str(stop) or "interrupted; results are there whole or not at all", debug)
        cause = stop if isinstance(stop, Ended) else stop.__context__  # a sweep says what is kept, in place of it
        raise typer.Exit(cause.status if isinstance(cause, Ended) else INTERRUPTED) from None
    except InputError as error:
        _complain(str(error), debug)
        raise typer.Exit(BAD_INPUT) from None
    except WifaqError as error:
        _complain(f"failed: {error}", debug)
        raise typer.Exit(FAILED) from None
    except BrokenPipeError:  # whoever read our output has had enough
        raise
    except Exception as error:
        name, full = type(error).__name__, isinstance(error, OSError) and error.errno == errno.ENOSPC
        text = f"failed: {os.strerror(errno.ENOSPC) if full else f'{name}: {error}'} (--debug shows where)"
        cure = "; NUMBA_CACHE_DIR=FOLDER names one that can be written" if "no locator available" in text else ""
        _complain(text + cure, debug)
        raise typer.Exit(FAILED) from None


def _complain(message: str, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    typer.echo(message, err=True)


def command() -> str:
    """What was typed."""
    import shlex

    text = shlex.join(["wifaq", *sys.argv[1:]])
    return text.encode("utf-8", "replace").decode()  # the name of a file may be no text


def console() -> Console:
    """Where tables go."""
    from rich.console import Console

    return Console(highlight=False)  # as wide as the terminal; 80 columns in a pipe


def tell_failures(failures: Any) -> None:
    """One line a failed replicate, and exit status 1 if there is any."""
    for row in failures:
        place = f"{row['point']}, replicate {row['replicate']} (seed {row['seed']}), {row['stage']}"
        typer.echo(f"failed: {place}: {row['type']}: {row['message']}", err=True)
    if failures:
        raise typer.Exit(FAILED)


def tell_of_kernels(quiet: bool = False) -> None:
    """Say what takes a minute when it begins, not before: an option may still be refused."""

    def say(text: str) -> None:
        if folder := temporary_kernels():
            typer.echo(f"note: your cache folder cannot be written; compiled kernels are kept in {folder}", err=True)
        typer.echo(text, err=True)

    if not quiet and must_compile():
        tell_when_compiling(say)


@contextlib.contextmanager
def progress(quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on standard error, if that is a terminal and it takes long; of compiling a log is told too."""
    tell_of_kernels(quiet)
    if quiet or not sys.stderr.isatty():
        yield None
        return
    import threading

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("replicates"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=4)
    task = bar.add_task("", total=None)
    timer = threading.Timer(PROGRESS_AFTER, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda done, total: bar.update(task, completed=done, total=total)
    finally:
        timer.cancel()
        bar.stop()
