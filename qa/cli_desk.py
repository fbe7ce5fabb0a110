"""The commands of the researcher's desk: conversations kept, exported, verified."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.config import load_settings
from qa.errors import CitationError, ConversationError
from qa.terminal import (
    ANSWERED,
    NOT_FOUND,
    explain_errors,
    kept_conversations,
    print_json,
    read_text,
    styles,
)

if TYPE_CHECKING:
    from qa.conversations import SavedConversation
    from qa.types import Verification


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON (schema qa.conversations/1).")
@click.pass_context
def conversations(context: click.Context, as_json: bool) -> None:
    """List the conversations that were kept, the latest first; search, show, rename, delete.

    \b
    qa conversations
    qa conversations search antennas
    qa conversations show last
    qa conversations rename last "Who was told"
    """
    if context.invoked_subcommand is None:
        with explain_errors():
            _list(kept_conversations(load_settings()).all(), as_json)


@conversations.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON (schema qa.conversations/1).")
def search(words: tuple[str, ...], as_json: bool) -> None:
    """Those in whose title, questions or quotes all WORDS stand."""
    with explain_errors():
        found = kept_conversations(load_settings()).search(" ".join(words))
        _list(found, as_json, "No conversation holds all of these words.")
        sys.exit(ANSWERED if found else NOT_FOUND)


@conversations.command()
@click.argument("name", metavar="ID")
def show(name: str) -> None:
    """Print a conversation: its ID, the beginning of it, or ``last``."""
    from qa.output import conversation_text

    with explain_errors():
        kept = kept_conversations(load_settings()).load(name)
        click.echo(conversation_text(kept, styles()))


@conversations.command()
@click.argument("name", metavar="ID")
@click.argument("title", nargs=-1, required=True)
def rename(name: str, title: tuple[str, ...]) -> None:
    """Give a conversation a title."""
    with explain_errors():
        kept_conversations(load_settings()).rename(name, " ".join(title))
        click.echo("Renamed.", err=True)


@conversations.command()
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(names: tuple[str, ...], yes: bool) -> None:
    """Delete conversations for good; documents and exports are not touched."""
    from qa.text import one_line

    with explain_errors():
        kept = kept_conversations(load_settings())
        for id_ in dict.fromkeys(kept.resolve(name) for name in names):
            title = one_line(kept.load(id_).title)
            if yes or click.confirm(f"Delete “{title}” ({id_})?", err=True):
                kept.delete(id_)
                click.echo(f"Deleted {id_}.", err=True)


def _list(
    found: list[SavedConversation], as_json: bool, none: str = "No conversation is kept here."
) -> None:
    from qa.text import one_line
    from qa.wording import counted

    if as_json:
        rows = [
            {
                "id": one.id,
                "title": one.title,
                "corpus": one.corpus,
                "created": one.created.isoformat(),
                "updated": one.updated.isoformat(),
                "turns": len(one.turns),
                "citations": len(one.citations),
            }
            for one in found
        ]
        print_json({"schema": "qa.conversations/1", "conversations": rows})
        return
    style = styles()
    for one in found:
        about = f"{counted(len(one.turns), 'question')}, {one_line(one.corpus)}"
        click.echo(
            f"{style(one.id, 'place')}  {one_line(one.title)}"
            + style(f"  {one.updated.astimezone():%Y-%m-%d %H:%M}, {about}", "quiet")
        )
    if not found:
        click.echo(none, err=True)


@click.command()
@click.argument("what", metavar="[CONVERSATION|ANSWER.json]", default="last")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["markdown", "html", "json", "w3c", "bibtex", "csl"]),
    help="Left out: as the name of the --output file says, else markdown.",
)
@click.option("-o", "--output", metavar="FILE", type=click.Path(dir_okay=False))
def export(what: str, format_: str | None, output: str | None) -> None:
    """Write a conversation, or a saved answer, for other programs and for paper.

    \b
    qa export -o answers.md             Markdown with footnotes
    qa export last -o answers.html      links that scroll to the quote
    qa export 20261122 --format json    everything (schema qa.conversation/1)
    qa export --format w3c              Web Annotations (JSON-LD)
    qa export -o documents.bib          the cited documents for BibTeX (csl: CSL-JSON)

    CONVERSATION is an ID that `qa conversations` lists, the beginning of one, or ``last``.
    `qa verify` checks the citations in every one of these but the last. How a source is named
    in Markdown and HTML is the setting citation_style.
    """
    from qa.citation_style import check_style
    from qa.export import FORMATS, SUFFIXES, format_of
    from qa.text import one_line

    with explain_errors():
        settings = load_settings()
        chosen = format_ or (format_of(output) if output else None)
        if chosen is None and output and Path(output).suffix:
            raise ConversationError(
                f"There is no export of the kind that {one_line(output)} asks for.",
                f"Name one that ends in {', '.join(sorted(SUFFIXES.values()))}, or give --format.",
            )
        chosen = chosen or "markdown"
        style = check_style(settings.citation_style)
        text = FORMATS[chosen](_conversation(what), style)
        if output is None:
            click.echo(text, nl=False)
            return
        try:
            Path(output).write_bytes(text.encode())
            click.echo(f"Written to {one_line(output)} ({chosen}).", err=True)
        except OSError as error:
            raise ConversationError(
                f"{output} cannot be written: {error.strerror or error}.", "Name another file."
            ) from error


def _conversation(what: str) -> SavedConversation:
    """A kept conversation, or a saved answer or an export as one."""
    from qa.conversations import SavedConversation, SavedTurn, conversation_from_json
    from qa.records import answer_from_json
    from qa.saved import loaded_object

    if what != "-" and not Path(what).is_file():
        return kept_conversations(load_settings()).load(what)
    data = loaded_object(read_text(what), what)
    if "turns" in data:
        return conversation_from_json(data)
    answer = answer_from_json(data)
    made = [one.made for one in answer.citations if one.made]
    asked = made[0] if made else datetime.now().astimezone()
    corpus = str(data.get("corpus", ""))
    return SavedConversation(
        "answer", corpus, answer.question, asked, asked, (SavedTurn(asked, answer),)
    )


@click.command()
@click.argument("saved", metavar="FILE|CONVERSATION...", nargs=-1, required=True)
@click.option("--corpus", metavar="DIR", help="Where the documents are now; else where they were.")
@click.option("--json", "as_json", is_flag=True, help="As JSON (schema qa.verify/1).")
def verify(saved: tuple[str, ...], corpus: str | None, as_json: bool) -> None:
    """Check the citations of saved answers, exports or conversations against the files as they
    are now.

    Needs no index and no model. Each citation is exact, moved (same words elsewhere),
    changed (other words there now) or missing. Exit code 0 when all are exact or moved
    (a refusal has none), 3 when some are not, 1 when nothing could be checked. Of several
    files, those without citations are named and passed over.

    \b
    qa ask "Who was told?" --json > answer.json
    qa verify answer.json
    qa verify thesis-notes.md answers.html last
    """
    from qa.documents import FolderSource
    from qa.output import verification_json, verification_text
    from qa.saved import Saved, read_saved
    from qa.text import one_line
    from qa.verification import verify_in_folder

    with explain_errors():
        settings = load_settings()
        found: dict[str, list[Verification]] = {}
        for name in saved:
            if name == "-" or Path(name).exists():
                try:
                    held = read_saved(read_text(name), name)
                except CitationError as error:
                    if len(saved) == 1:
                        raise
                    click.echo(error.message, err=True)
                    continue
            else:
                try:
                    kept = kept_conversations(settings).load(name)
                except ConversationError as error:
                    raise CitationError(
                        f"{name} is neither a file nor a conversation.", error.hint
                    ) from error
                held = Saved(kept.corpus, list(kept.citations))
            folder = corpus or held.corpus
            if not folder:
                raise CitationError(
                    f"{name} does not say where its documents are.", "Use --corpus."
                )
            source = FolderSource(Path(folder), settings.max_file_mb)
            found[name] = verify_in_folder(source, held.citations)
        if not found:
            raise CitationError("None of these files holds citations.", "")
        if as_json:
            print_json(verification_json(found))
        for name, items in found.items() if not as_json else ():
            if len(saved) > 1:
                click.echo(styles()(one_line(name), "title"))
            if items:
                click.echo(verification_text(items, styles()))
            else:
                click.echo("There is no citation in it.", err=True)
        holds = all(one.state in ("exact", "moved") for items in found.values() for one in items)
        sys.exit(ANSWERED if holds else NOT_FOUND)
