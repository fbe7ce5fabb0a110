"""What the commands share: options, which folder, progress, colours, errors in words."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.config import Settings
from qa.errors import (
    Cancelled,
    CitationError,
    FolderError,
    IndexLockedError,
    IndexOutdatedError,
    IndexReadOnlyError,
    QaError,
    QuestionError,
)
from qa.text import one_line
from qa.types import Answer, Progress

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.conversations import Conversations

ANSWERED, FAILED, USAGE, NOT_FOUND, STOPPED = 0, 1, 2, 3, 130


def shared_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every command takes."""
    for option in reversed(
        [
            click.option("--corpus", metavar="DIR", help="Folder of documents."),
            click.option("--index", metavar="DIR", help="Where the index lives."),
            click.option(
                "--model", metavar="NAME", help="A sentence-transformers model: name or path."
            ),
        ]
    ):
        command = option(command)
    return command


strict_option = click.option(
    "--strict/--loose",
    default=None,
    help="Refuse more often, or hardly ever, where it is not sure that there is an answer.",
)


within_option = click.option(
    "--in",
    "within",
    multiple=True,
    metavar="FILE",
    help="Only this document, as `qa sources` names it, or folder; may be given several times.",
)


def named_documents(assistant: Assistant, names: Sequence[str]) -> tuple[str, ...]:
    """The paths in the index of documents named by path, by the end of it, or by where they are;
    of a folder, all that are in it.

    Raises:
        QuestionError: a name is that of no document, or of several.
    """
    from qa.ui.naming import completions, meant

    known = [item.path for item in assistant.sources()] if names else []
    found = []
    for name in names:
        place = Path(name).expanduser().resolve()
        inside = place.is_relative_to(assistant.folder)
        path = meant(place.relative_to(assistant.folder).as_posix() if inside else name, known)
        path = path or meant(name, known)
        under = place.relative_to(assistant.folder).as_posix() if inside else name
        under = f"{under.rstrip('/')}/".casefold()
        below = [one for one in known if under == "./" or one.casefold().startswith(under)]
        if below and path not in (name, under):
            found += below
        elif path is None:
            near = ", ".join(completions(Path(name).name, known)[:3])
            raise QuestionError(
                f"There is no document {name} in {assistant.folder}.",
                f"Do you mean {near}?" if near else "`qa sources` lists them.",
            )
        else:
            found.append(path)
    return tuple(dict.fromkeys(found))


def limited_to(
    assistant: Assistant, question: str, names: Sequence[str] = ()
) -> tuple[str, tuple[str, ...]]:
    """A question without the ``@names`` in it, and the paths of the documents that it or ``names``
    limit it to.

    Raises:
        QuestionError: see `named_documents`.
    """
    from qa.ui.naming import limited

    within = named_documents(assistant, names)
    if "@" not in question:
        return question, within
    asked, named = limited(question, [item.path for item in assistant.sources()])
    return asked, tuple(dict.fromkeys((*within, *named)))


def strictness(strict: bool | None) -> str | None:
    """The threshold of the settings that the option means."""
    return None if strict is None else "strict" if strict else "loose"


def find_folder(settings: Settings, *, required: bool = True) -> Path | None:
    """The folder of documents: named, configured, or ./corpus."""
    if settings.corpus:
        return Path(settings.corpus).expanduser()
    if Path("corpus").is_dir():
        return Path("corpus")
    if required:
        raise FolderError(
            "No folder of documents was named, and there is no ./corpus here.",
            'Name one: --corpus DIR, or `corpus = "DIR"` in the config file.',
        )
    return None


def open_assistant(settings: Settings, *, anew: bool = False) -> Assistant:
    """An assistant over the folder of the settings, its index as it is."""
    folder = find_folder(settings)
    assert folder is not None
    from qa.assistant import Assistant

    return Assistant(folder, settings=settings, anew=anew)


def current_assistant(settings: Settings, *, anew: bool = False) -> Assistant:
    """The same, to be brought up to date: an index of another version is begun anew."""
    try:
        return open_assistant(settings, anew=anew)
    except IndexOutdatedError:
        click.echo("The index was made by another version of qa. It is made anew.", err=True)
        return open_assistant(settings, anew=True)


@contextmanager
def ready_assistant(
    settings: Settings, *, allow_empty: bool = False, asks: bool = False
) -> Iterator[Assistant]:
    """An assistant with its index up to date, or as another process left it so far; with
    ``asks``, its models are loaded meanwhile."""
    with current_assistant(settings) as assistant, _warming(assistant if asks else None):
        try:
            with progress_line() as show:
                assistant.update(show)
        except IndexLockedError:
            if not assistant.counts()[1]:
                raise
            click.echo("Another process is indexing; this is what it has so far.", err=True)
        except IndexReadOnlyError as error:
            if not assistant.counts()[1]:
                raise
            click.echo(f"{one_line(error.message)} This is what was indexed before.", err=True)
        except FolderError:
            if not allow_empty:
                raise
        yield assistant


@contextmanager
def _warming(assistant: Assistant | None) -> Iterator[None]:
    """Models loading in another thread. What goes wrong there goes wrong again when asking,
    and is said then."""
    if assistant is None or not assistant.counts()[1]:
        yield
        return

    def warm() -> None:
        with suppress(Exception):
            assistant.warm()

    thread = threading.Thread(target=warm, name="warm")
    thread.start()
    try:
        yield
    finally:
        thread.join()


@contextmanager
def progress_line(
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Callable[[Progress], None]]:
    """How indexing comes along, as `passing_line`."""
    from qa.output import progress_text

    with passing_line(clock) as say:

        def show(progress: Progress) -> None:
            if progress.documents_done != progress.documents_total:
                say(lambda: progress_text(progress))

        yield show


@contextmanager
def passing_line(
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Callable[[Callable[[], str]], None]]:
    """Progress on standard error: on a terminal one line, at most ten times a second, gone
    when done; elsewhere (a log) a line every ten seconds. What is shown is made when it is."""
    interactive = sys.stderr.isatty()
    pause = 0.1 if interactive else 10.0
    last = clock() - (pause if interactive else 0.0)
    shown = False

    def show(make: Callable[[], str]) -> None:
        nonlocal last, shown
        now = clock()
        if now - last < pause:
            return
        last, shown = now, True
        text = make()
        click.echo(f"\r\x1b[K{text}" if interactive else text, nl=not interactive, err=True)

    try:
        yield show
    finally:
        if shown and interactive:
            click.echo("\r\x1b[K", nl=False, err=True)


def print_answer(assistant: Assistant, answer: Answer, *, as_json: bool = False) -> int:
    """Print an answer; the exit code."""
    from importlib.metadata import version

    from qa.output import answer_json, answer_text
    from qa.wording import as_understood, verdict

    if as_json:
        print_json(answer_json(answer, str(assistant.folder), version("qa")))
    else:
        folder = assistant.folder if sys.stdout.isatty() else None
        click.echo(answer_text(answer, styles(), folder))
        parts = [
            *map(" ".join, as_understood(answer)),
            *([verdict(answer)] if answer.found else []),
        ]
        line = " · ".join([*parts, f"{answer.timings['total']:.1f} s"])
        click.echo(styles(err=True)(line, "quiet"), err=True)
    return ANSWERED if answer.found else NOT_FOUND


def kept_conversations(settings: Settings) -> Conversations:
    """The user's conversations."""
    from qa.conversations import Conversations

    return Conversations(settings.conversations_path(), lambda: datetime.now(UTC))


def read_text(name: str) -> str:
    """A text file, or standard input for ``-``."""
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise CitationError(f"{name} cannot be read: {reason}.", "Name another file.") from error


def styles(*, err: bool = False) -> Callable[[str, str], str]:
    """Colours where the stream is a terminal and NO_COLOR is unset."""
    from qa.output import ansi, plain

    stream = sys.stderr if err else sys.stdout
    return ansi if stream.isatty() and not os.environ.get("NO_COLOR") else plain


def print_json(data: object) -> None:
    """``data`` on standard output."""
    from qa.text import escaped

    click.echo(escaped(json.dumps(data, ensure_ascii=False, indent=2)))


@contextmanager
def explain_errors() -> Iterator[None]:
    """Errors as a message and a hint on standard error, and exit code 1."""
    from qa.text import printable

    try:
        yield
    except QaError as error:
        style = styles(err=True)
        click.echo(style(printable(error.message), "warning"), err=True)
        if error.hint:
            click.echo(printable(error.hint), err=True)
        sys.exit(STOPPED if isinstance(error, Cancelled) else FAILED)
    except BrokenPipeError:
        # The reader of our output has gone (`qa … | head`): say nothing more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except KeyboardInterrupt:
        click.echo("\nStopped. What was finished is kept.", err=True)
        sys.exit(STOPPED)
