"""Conversations kept on disk, each in a file of its own.

A file is lines of JSON, one more at the end of each turn, written whole and flushed to the
disk: whatever happens to the process, at most the turn in progress is lost. The first line
says what the file is; a line that was cut off is passed over. Files and their folder are
for the user alone.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qa.errors import CitationError, ConversationError
from qa.records import answer_from_json, answer_to_json
from qa.text import escaped, normalized, shorten
from qa.types import Answer, Citation

SCHEMA = "qa.conversation/1"
LONGEST_TITLE = 80
REMEMBERED = 3
"""Earlier answers that a question may lean on."""
LATEST = "last"
"""Names the conversation that was added to last."""
_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{4,8}")


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """A question, its answer, and when it was asked (aware, UTC)."""

    asked: datetime
    answer: Answer


@dataclass(frozen=True, slots=True)
class SavedConversation:
    """A conversation as it was kept."""

    id: str
    corpus: str
    """Absolute path of the folder that was asked."""
    title: str
    """As the user named it, else the first question."""
    created: datetime
    updated: datetime
    turns: tuple[SavedTurn, ...] = ()
    lost: int = 0
    """Lines that could not be read."""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What its answers cite, in their order."""
        return tuple(cited for turn in self.turns for cited in turn.answer.citations)


def conversation_to_json(conversation: SavedConversation) -> dict[str, Any]:
    """A conversation as one object: what ``qa export --format json`` writes."""
    return {
        "schema": SCHEMA,
        "id": conversation.id,
        "title": conversation.title,
        "corpus": conversation.corpus,
        "created": conversation.created.isoformat(),
        "updated": conversation.updated.isoformat(),
        "turns": [
            {"asked": turn.asked.isoformat(), **answer_to_json(turn.answer, hits=False)}
            for turn in conversation.turns
        ],
    }


def conversation_from_json(row: object) -> SavedConversation:
    """The other way round.

    Raises:
        CitationError: ``row`` is no conversation.
    """
    try:
        if not isinstance(row, dict) or row["schema"] != SCHEMA:
            raise ValueError
        created = _time(row["created"])
        return SavedConversation(
            str(row["id"]),
            str(row["corpus"]),
            str(row["title"]),
            created,
            _time(row["updated"]) if "updated" in row else created,
            tuple(SavedTurn(_time(turn["asked"]), answer_from_json(turn)) for turn in row["turns"]),
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise CitationError(
            "The conversation cannot be read.", "Export it again with `qa export`."
        ) from error


def read_lines(text: str) -> SavedConversation:
    """A conversation as its file keeps it.

    Raises:
        CitationError: it is none.
    """
    head, *rest = text.split("\n")
    try:
        first = json.loads(head)
        if first["schema"] != SCHEMA:
            raise ValueError
        created = _time(first["created"])
        made = SavedConversation(str(first["id"]), str(first["corpus"]), "", created, created)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise CitationError("This is no saved conversation.") from error
    turns, title, updated, lost = [], "", created, 0
    for line in filter(None, rest):
        try:
            row = json.loads(line)
            if "title" in row:
                title = str(row["title"])
                continue
            turn = SavedTurn(_time(row["asked"]), answer_from_json(row["answer"]))
        except (KeyError, TypeError, ValueError, RecursionError, CitationError):
            lost += 1
            continue
        turns.append(turn)
        updated = max(updated, turn.asked)
    if not title and turns:
        title = shorten(turns[0].answer.question, LONGEST_TITLE)
    return replace(made, title=title, updated=updated, turns=tuple(turns), lost=lost)


class Conversations:
    """The conversations in a directory, which is made when the first turn is kept.

    Args:
        directory: of the files.
        clock: the time (aware); file names are made from it.
    """

    def __init__(self, directory: Path, clock: Callable[[], datetime]) -> None:
        self.directory = directory
        self._clock = clock

    def new_id(self) -> str:
        """A name for a conversation that begins now."""
        return f"{self._clock().astimezone(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"

    def keep(self, id_: str, corpus: str, answer: Answer) -> None:
        """Add a turn, to a new conversation if there is none of this name.

        Raises:
            ConversationError: it cannot be written.
        """
        now = self._clock().astimezone(UTC).isoformat()
        head = {"schema": SCHEMA, "id": id_, "corpus": corpus, "created": now}
        self._append(id_, head, {"asked": now, "answer": answer_to_json(answer, hits=False)})

    def rename(self, id_: str, title: str) -> None:
        """Give a conversation another title.

        Raises:
            ConversationError: there is none of this name, no title, or it cannot be written.
        """
        title = shorten(title, LONGEST_TITLE)
        if not title:
            raise ConversationError("A title needs some words.")
        self._append(self.resolve(id_), None, {"title": title})

    def delete(self, id_: str) -> None:
        """Delete a conversation for good.

        Raises:
            ConversationError: there is none of this name, or it cannot be deleted.
        """
        id_ = self.resolve(id_)
        try:
            self._file(id_).unlink()
        except OSError as error:
            raise ConversationError(
                f"The conversation {id_} cannot be deleted: {error.strerror or error}."
            ) from error

    def load(self, id_: str) -> SavedConversation:
        """A conversation by its name, the beginning of it, or `LATEST`.

        Raises:
            ConversationError: there is none, or several, or it cannot be read.
        """
        return self._load(self.resolve(id_))

    def _load(self, id_: str) -> SavedConversation:
        try:
            found = read_lines(self._file(id_).read_text("utf-8", errors="replace"))
            return replace(found, id=id_)  # the file may be a copy of another
        except (OSError, CitationError) as error:
            raise ConversationError(
                f"The conversation {id_} cannot be read: {_reason(error)}.",
                "The others are not touched by that.",
            ) from error

    def all(self) -> list[SavedConversation]:
        """Every conversation that can be read, the one added to last first."""
        found = []
        for id_ in self._ids():
            try:
                found.append(self._load(id_))
            except ConversationError:  # damaged, or deleted meanwhile; `load` says which
                continue
        return sorted(found, key=lambda one: (one.updated, one.id), reverse=True)

    def search(self, words: str) -> list[SavedConversation]:
        """Those in whose title, questions or quotes every one of the words stands, like `all`."""
        return matching(self.all(), words)

    def latest(self, corpus: str | None = None) -> SavedConversation | None:
        """The one that was added to last, of a folder if one is named."""
        best: SavedConversation | None = None
        for id_ in sorted(self._ids(), key=self._changed, reverse=True):
            if best and self._changed(id_)[0] < best.updated.timestamp():
                break  # no turn is newer than its file
            try:
                found = self._load(id_)
            except ConversationError:  # damaged, or deleted meanwhile
                continue
            newer = best is None or (found.updated, id_) > (best.updated, best.id)
            if newer and corpus in (None, found.corpus):
                best = found
        return best

    def resolve(self, id_: str) -> str:
        """The whole name of a conversation.

        Raises:
            ConversationError: there is none that begins so, or several.
        """
        if id_ == LATEST and (latest := self.latest()):
            return latest.id
        fitting = [known for known in self._ids() if known.startswith(id_)] if id_ else []
        if len(fitting) != 1:
            what = "Several conversations begin with" if fitting else "There is no conversation"
            raise ConversationError(f"{what} {id_}.", "`qa conversations` lists them.")
        return fitting[0]

    def _ids(self) -> list[str]:
        try:
            names = os.listdir(self.directory)  # noqa: PTH208 - names are all that is needed
        except OSError:
            return []
        return sorted(
            name.removesuffix(".jsonl")
            for name in names
            if name.endswith(".jsonl") and _ID.fullmatch(name.removesuffix(".jsonl"))
        )

    def _changed(self, id_: str) -> tuple[float, str]:
        try:
            return self._file(id_).stat().st_mtime, id_
        except OSError:
            return 0.0, id_

    def _file(self, id_: str) -> Path:
        if not _ID.fullmatch(id_):
            raise ConversationError(f"{id_} is no name of a conversation.")
        return self.directory / f"{id_}.jsonl"

    def _append(self, id_: str, head: dict[str, Any] | None, row: dict[str, Any]) -> None:
        file = self._file(id_)
        flags = os.O_RDWR | os.O_APPEND | (os.O_CREAT if head else 0)
        try:
            if head:
                self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(file, flags, 0o600), "r+b", buffering=0) as stream:
                size = stream.seek(0, os.SEEK_END)
                before = ""
                if size:  # end a line that was cut off
                    stream.seek(size - 1)
                    before = "" if stream.read(1) == b"\n" else "\n"
                elif head:
                    before = _line(head)
                try:
                    rest = memoryview((before + _line(row)).encode())
                    while rest:
                        rest = rest[stream.write(rest) :]
                    os.fsync(stream.fileno())
                except OSError:  # half a line is of no use
                    stream.truncate(size)
                    raise
        except OSError as error:
            raise ConversationError(
                f"The conversation cannot be saved in {self.directory}: {error.strerror or error}.",
                "The answer is shown, but will not be there later. Free some space, or name "
                "another place: `data_dir` in the config file.",
            ) from error


def matching(conversations: Iterable[SavedConversation], words: str) -> list[SavedConversation]:
    """Those in whose title, questions or quotes every one of the words stands."""
    wanted = normalized(words).split()
    return [
        one
        for one in conversations
        if all(word in said for said in [normalized(" ".join(_said(one)))] for word in wanted)
    ]


def _said(conversation: SavedConversation) -> Iterator[str]:
    yield conversation.title
    for turn in conversation.turns:
        yield turn.answer.question
        yield from (statement.text for statement in turn.answer.statements)


def _line(row: dict[str, Any]) -> str:
    return escaped(json.dumps(row, ensure_ascii=False, separators=(",", ":"))) + "\n"


def _time(text: object) -> datetime:
    if not isinstance(text, str):
        raise TypeError
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _reason(error: OSError | CitationError) -> str:
    if isinstance(error, CitationError):
        return "it is not what was written"
    return str(error.strerror or error)
