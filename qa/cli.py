"""The command line: arguments, streams, exit codes.

Standard output is data, standard error is for people. Exit codes: 0 answered or done,
1 failed, 2 wrong usage, 3 not in these documents (`qa verify`: a citation does not hold),
130 stopped.
"""

from __future__ import annotations

import difflib
import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.cli_desk import conversations, export, verify
from qa.cli_eval import evaluate
from qa.config import load_settings
from qa.errors import FolderError, QuestionError
from qa.terminal import (
    ANSWERED,
    FAILED,
    NOT_FOUND,
    current_assistant,
    explain_errors,
    find_folder,
    kept_conversations,
    limited_to,
    print_answer,
    print_json,
    progress_line,
    ready_assistant,
    shared_options,
    strict_option,
    strictness,
    styles,
    within_option,
)

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.config import Settings
    from qa.conversations import SavedConversation


class _Commands(click.Group):
    """`qa FOLDER` opens the app: what is no command is a folder."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, "--help", "-h", "--version"):
            self._mistyped(ctx, args)
            args = ["chat", *args]
        return super().parse_args(ctx, args)

    def _mistyped(self, ctx: click.Context, args: list[str]) -> None:
        """Refuse what is no folder and nearly the name of a command."""
        word = args[0] if args else ""
        near = [name for name in self.commands if sorted(name) == sorted(word)]
        near = near or difflib.get_close_matches(word, self.commands, 1, cutoff=0.8)
        if near and not word.startswith("-") and "/" not in word and not os.path.exists(word):  # noqa: PTH110 - as below
            raise click.UsageError(
                f"There is no command {word}, nor a folder. Is it {near[0]}?", ctx
            )

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_commands(ctx, formatter)
        with formatter.section("Exit codes"):
            formatter.write_text(
                "0 answered or done, 1 failed, 2 wrong usage, 3 not in these documents, "
                "130 stopped."
            )


_LONGEST = 20_000
"""Characters of a question from a pipe that are read; those of one that can be asked are fewer."""
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=_Commands, context_settings=_CONTEXT, invoke_without_command=False)
@click.version_option(package_name="qa", prog_name="qa")
def main() -> None:
    """Ask your own documents: quoted, cited answers; nothing leaves this machine.

    \b
    qa                      open the app on ./corpus (or the configured folder)
    qa ~/papers             open the app on a folder
    qa --continue           go on with the last conversation
    qa ask "Who was told?"  print an answer
    """


for command in (conversations, evaluate, export, verify):
    main.add_command(command)


@main.command()
@click.argument("folder", required=False)
@shared_options
@strict_option
@click.option("-c", "--continue", "go_on", is_flag=True, help="Go on with the last conversation.")
@click.option("--resume", metavar="ID", help="Go on with a conversation (`qa conversations`).")
def chat(
    folder: str | None,
    strict: bool | None,
    go_on: bool,
    resume: str | None,
    **shared: str | None,
) -> None:
    """Open the terminal app on FOLDER (this is what `qa FOLDER` does).

    Where standard input or output is no terminal, questions are read from standard input,
    one a line, and each answer is printed.

    \b
    qa chat ~/papers
    echo "Who was told?" | qa ~/papers
    """
    with explain_errors():
        # os.path rather than pathlib: it raises nothing at what is no name of a file.
        there = os.path.exists(os.path.expanduser(folder or ""))  # noqa: PTH110, PTH111
        if folder and not there and (" " in folder or "/" not in folder):
            hint = "Check the spelling; `qa --help` lists the commands."
            if " " in folder:
                hint = f"To ask a question: qa ask {shlex.quote(folder)}"
            raise FolderError(f"There is no folder {folder}.", hint)
        corpus = folder or shared["corpus"]
        settings = load_settings({**shared, "corpus": corpus, "threshold": strictness(strict)})
        if sys.stdin.isatty() and sys.stdout.isatty():
            import tui

            where = find_folder(settings, required=False)
            kept = _to_go_on(settings, resume, go_on, where if corpus else None)
            sys.exit(tui.run(Path(kept.corpus) if kept else where, settings, kept))
        with ready_assistant(settings, asks=True) as assistant:
            code = ANSWERED
            for line in sys.stdin:
                if line.strip():
                    code = max(code, _answer_line(assistant, line))
            sys.exit(code)


def _to_go_on(
    settings: Settings, resume: str | None, go_on: bool, folder: Path | None
) -> SavedConversation | None:
    """The conversation to go on with, if one is wanted and there."""
    if resume:
        return kept_conversations(settings).load(resume)
    if not go_on:
        return None
    latest = kept_conversations(settings).latest(str(folder.resolve()) if folder else None)
    if latest is None:
        click.echo("There is no conversation to go on with; this is a new one.", err=True)
    return latest


def _answer_line(assistant: Assistant, line: str) -> int:
    """Answer one of many questions: one that cannot be asked does not stop the others."""
    from qa.text import one_line

    click.echo(styles()(f"› {one_line(line)}", "number"))
    try:
        asked, within = limited_to(assistant, line)
        code = print_answer(assistant, assistant.ask(asked, within=within))
    except QuestionError as error:
        click.echo(str(error), err=True)
        code = NOT_FOUND
    click.echo()
    return code


def _in_words(question: tuple[str, ...]) -> str:
    """A question given in one piece or word by word.

    Raises:
        UsageError: the last word is the path of a folder, which `qa FOLDER` takes so.
    """
    folder = question[-1]
    named = "/" in folder or (len(question) == 2 and " " in question[0])
    if len(question) > 1 and named and Path(folder).is_dir():
        raise click.UsageError(f"To ask the documents of a folder, write --corpus {folder}")
    return " ".join(question)


@main.command()
@click.argument("question", nargs=-1, required=True)
@shared_options
@within_option
@click.option("--top-k", type=click.IntRange(1, 100), help="Passages to read.")
@strict_option
@click.option("-c", "--continue", "go_on", is_flag=True, help="As part of a kept conversation.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON (schema qa.answer/1).")
def ask(
    question: tuple[str, ...],
    within: tuple[str, ...],
    top_k: int | None,
    strict: bool | None,
    go_on: bool,
    as_json: bool,
    **shared: str | None,
) -> None:
    """Print the answer to QUESTION: quoted sentences and where they stand.

    Exit code 0 when answered, 3 when the documents do not hold the answer. A dash for QUESTION
    reads it from a pipe.

    \b
    qa ask "Who was told about it, and when?"
    qa ask "How many employees?" --corpus ~/reports --json > answer.json
    qa ask "@report.md Who was told?"    asks one document only, as --in report.md does
    qa ask -c "And in 2019?"      goes on with the folder's last conversation, and is kept
                                  (without a folder: with the last one there is)

    The JSON object has: schema, version, corpus, question, resolved_question, within: the
    documents it was limited to, kind, found,
    confidence (0 to 1), refusal (kind: far, near or unsaid; words), statements (text, citations
    by number, words: the part of the text that a short answer would be, at words_start of it,
    against: statements that say otherwise, columns: what those of a quoted row are called,
    compared: in what it was compared with others), unanswered: of several questions in one those
    without an answer, absent: words that stand nowhere in the documents, citations and nearest
    (number, id: the same wherever the same words are cited from the same text, path, title,
    author, date, language, url,
    start, end, quote, before and after: words around it, line_start, line_end, page, place: the
    slide, row, chapter or time where the format has such, heading, sha256 of the file,
    text_sha256, extractor: what made the text, made: when, made_by), hits (path, title, headings,
    start, end, text, score, cosine, bm25, dense_rank, lexical_rank), seconds.
    Offsets are code points of the extracted text.
    """
    with explain_errors():
        asked = _in_words(question)
        if asked == "-":
            asked = " ".join(sys.stdin.read(_LONGEST).split())
        settings = load_settings({**shared, "top_k": top_k, "threshold": strictness(strict)})
        if go_on and find_folder(settings, required=False) is None:
            last = kept_conversations(settings).latest()
            settings = replace(settings, corpus=last.corpus) if last else settings
        with ready_assistant(settings, asks=True) as assistant:
            asked, within = limited_to(assistant, asked, within)
            if not go_on:
                answer = assistant.ask(asked, within=within)
                sys.exit(print_answer(assistant, answer, as_json=as_json))
            from qa.conversations import REMEMBERED

            corpus = str(assistant.folder)
            kept = kept_conversations(settings)
            latest = kept.latest(corpus)
            earlier = [turn.answer for turn in latest.turns] if latest else []
            answer = assistant.ask(asked, earlier=earlier[-REMEMBERED:], within=within)
            code = print_answer(assistant, answer, as_json=as_json)
            kept.keep(latest.id if latest else kept.new_id(), corpus, answer)
            sys.exit(code)


@main.command()
@click.argument("question", nargs=-1, required=True)
@shared_options
@within_option
@click.option("--top-k", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--rerank", is_flag=True, help="Read the first 20; those that answer come first.")
@click.option("--json", "as_json", is_flag=True, help="As JSON (schema qa.search/1).")
def search(
    question: tuple[str, ...],
    within: tuple[str, ...],
    top_k: int,
    rerank: bool,
    as_json: bool,
    **shared: str | None,
) -> None:
    """Print the passages that match QUESTION best, without an answer.

    \b
    qa search "backdoor in antennas" --top-k 3
    """
    from qa.output import SEARCH_SCHEMA
    from qa.records import hit_to_json
    from qa.text import one_line, shorten

    with explain_errors():
        with ready_assistant(load_settings(shared)) as assistant:
            asked, within = limited_to(assistant, _in_words(question), within)
            wanted = max(top_k, 20) if rerank else top_k
            hits = assistant.search(asked, wanted, within=within)
            if rerank:
                hits = assistant.rerank(asked, hits)[:top_k]
        if as_json:
            rows = [hit_to_json(hit) for hit in hits]
            print_json({"schema": SEARCH_SCHEMA, "question": " ".join(question), "hits": rows})
        style = styles()
        for rank, hit in enumerate(hits if not as_json else [], 1):
            trail = " > ".join((hit.passage.path, *hit.passage.headings))
            click.echo(
                f"{style(f'{rank:2}', 'number')} {style(one_line(trail), 'place')}  {hit.score:.3f}"
            )
            click.echo(f"   {shorten(hit.passage.text, 300)}")
        sys.exit(ANSWERED if hits else NOT_FOUND)


@main.command(name="index")
@click.argument("folder", required=False)
@shared_options
@click.option("--rebuild", is_flag=True, help="Load and embed every file again.")
def index_command(folder: str | None, rebuild: bool, **shared: str | None) -> None:
    """Bring the index of FOLDER up to date; only what changed is done.

    \b
    qa index ~/papers
    qa index ~/papers --rebuild
    """
    from qa.output import report_text
    from qa.text import one_line

    with explain_errors():
        settings = load_settings({**shared, "corpus": folder or shared["corpus"]})
        with current_assistant(settings, anew=rebuild) as assistant, progress_line() as show:
            report = assistant.update(show, rebuild=rebuild)
        click.echo(report_text(report))
        for item in report.skipped:
            click.echo(
                styles(err=True)(one_line(f"skipped {item.path}: {item.reason}"), "quiet"), err=True
            )


@main.command()
@click.argument("folder", required=False)
@shared_options
@click.option("--json", "as_json", is_flag=True, help="As JSON (schema qa.sources/1).")
def sources(folder: str | None, as_json: bool, **shared: str | None) -> None:
    """List the documents of the index, and the files that were skipped and why.

    \b
    qa sources ~/papers
    """
    import dataclasses

    from qa.text import one_line
    from qa.wording import counted

    with explain_errors():
        settings = load_settings({**shared, "corpus": folder or shared["corpus"]})
        with ready_assistant(settings, allow_empty=True) as assistant:
            documents, skipped = assistant.sources(), assistant.skipped()
        if as_json:
            print_json(
                {
                    "schema": "qa.sources/1",
                    "documents": [dataclasses.asdict(item) for item in documents],
                    "skipped": [dataclasses.asdict(item) for item in skipped],
                }
            )
            return
        style = styles()
        for item in documents:
            pages = f", {counted(item.pages, 'page')}" if item.pages else ""
            pages += f"; {item.unread} not read: no text layer (scanned?)" if item.unread else ""
            click.echo(
                f"{style(one_line(item.path), 'place')}  {one_line(item.title)}"
                + style(f"  {item.format}, {counted(item.passages, 'passage')}{pages}", "quiet")
            )
        for gone in skipped:
            click.echo(
                f"{style('skipped', 'warning')} {one_line(gone.path)}: {one_line(gone.reason)}"
            )


@main.command()
@click.argument("folder", required=False)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def serve(folder: str | None, port: int) -> None:
    """Show the app on FOLDER in a browser on this machine; no other machine reaches it, but
    other users of this one can.

    \b
    pip install 'qa[serve]'
    qa serve ~/papers
    """
    from qa.serving import serve as serve_app

    with explain_errors():
        settings = load_settings({"corpus": folder})
        where = find_folder(settings, required=False)
        if folder and not Path(folder).expanduser().is_dir():
            raise FolderError(f"There is no folder {folder}.", "Check the spelling.")
        serve_app(where and where.resolve(), port, lambda words: click.echo(words, err=True))


@main.command()
@shared_options
def doctor(**shared: str | None) -> None:
    """Say what is installed, which model is used, whether it loads and how fast.

    \b
    qa doctor
    """
    from qa.doctor import examine

    with explain_errors():
        settings = load_settings(shared)
        sys.exit(
            ANSWERED
            if examine(settings, find_folder(settings, required=False), click.echo)
            else FAILED
        )
