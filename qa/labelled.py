"""Questions whose answers are known: folders in the BEIR layout, and YAML files.

A BEIR folder (Thakur et al., 2021) has ``corpus.jsonl`` (``_id``, ``title``, ``text``),
``queries.jsonl`` (``_id``, ``text``) and ``qrels/test.tsv`` (query, document, grade). A question
may also say whether it is ``answerable``, where its ``answers`` stand (``text``, ``doc_id``,
``start``), and what was said before it (``history``: ``speaker``, ``text``). A YAML file holds
questions about a folder of one's own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.documents import SourceFile
from qa.errors import DocumentError, FolderError
from qa.followup import Turn, stand_alone
from qa.types import Document, Skipped

_KEYS = ("question", "answer", "document", "answerable", "id")
_UNKNOWN = ("i don't know", "i'm sorry", "i do not have", "i don't have")


@dataclass(frozen=True, slots=True)
class Expected:
    """Words that answer a question."""

    text: str
    document: str = ""
    """Where they stand; empty: anywhere."""
    start: int | None = None
    """In the document's text, in code points; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is known of its answer."""

    id: str
    text: str
    answerable: bool | None = None
    """None where nobody said."""
    relevant: Mapping[str, int] = field(default_factory=dict)
    """Documents that answer it, with their grade above 0."""
    answers: tuple[Expected, ...] = ()
    earlier: tuple[Turn, ...] = ()
    """The conversation before it."""


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A folder in the BEIR layout, its corpus read when needed.

    Raises:
        FolderError: the folder is not in that layout.
    """

    folder: Path

    def __post_init__(self) -> None:
        for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
            if not (self.folder / name).is_file():
                raise FolderError(
                    f"{self.folder} is not an evaluation set: {name} is missing.",
                    "See `qa eval --help` for the layout.",
                )

    def queries(self) -> list[dict[str, Any]]:
        """The questions, as they stand in the file."""
        return list(json_lines(self.folder / "queries.jsonl"))

    def questions(self) -> Iterator[Question]:
        """The questions with what is known of their answers, as the file is read."""
        relevant = self.relevant()
        for row in json_lines(self.folder / "queries.jsonl"):
            documents = relevant.get(row["_id"], {})
            try:
                answers = tuple(
                    Expected(one["text"], one.get("doc_id", ""), one.get("start"))
                    for one in row.get("answers", [])
                )
            except (KeyError, TypeError, AttributeError):
                raise FolderError(
                    f"{self.folder}/queries.jsonl, question {row['_id']!r}: an answer needs `text`."
                ) from None
            known = row.get("answerable")
            yield Question(
                row["_id"],
                row["text"],
                (bool(documents or answers) or None) if known is None else bool(known),
                documents,
                answers,
                tuple(conversation(row.get("history", []))),
            )

    def relevant(self) -> dict[str, dict[str, int]]:
        """Per question, the documents that answer it and their grade above 0."""
        grades: dict[str, dict[str, int]] = {}
        lines = (self.folder / "qrels" / "test.tsv").read_text("utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            parts = line.split("\t")
            if number == 1 and not parts[-1].lstrip("-").isdigit():
                continue
            try:
                query, document, grade = parts[0], parts[-2], int(parts[-1])
            except (IndexError, ValueError):
                raise FolderError(
                    f"{self.folder}/qrels/test.tsv, line {number}: expected three columns."
                ) from None
            if grade > 0:
                grades.setdefault(query, {})[document] = grade
        return grades


class CorpusSource:
    """The corpus of a set as a source of documents (see `qa.documents.Source`); its texts stay in
    the file."""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder.resolve())
        self._file = folder / "corpus.jsonl"
        self._places: dict[str, tuple[int, int, int]] = {}
        place = 0
        with self._file.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    row = _json_row(self._file, number, line)
                    digest = int(_digest(row)[:15], 16)
                    self._places[row["_id"]] = place, len(row["text"]), digest
                place += len(line)

    def scan(self) -> tuple[list[SourceFile], list[Skipped]]:
        """Every line is a file."""
        return [SourceFile(name, size, time) for name, (_, size, time) in self._places.items()], []

    def load(self, file: SourceFile) -> Document:
        """The document of a line."""
        with self._file.open("rb") as stream:
            stream.seek(self._places[file.path][0])
            row = json.loads(stream.readline())
        if not row["text"].strip():
            raise DocumentError("empty document")
        return Document(file.path, row.get("title", ""), row["text"], _digest(row))


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """Questions about one's own documents, in YAML: a list, or ``questions`` beside ``documents``
    (their folder, seen from the file). Of each: ``question``; ``answer``, words or a list of forms
    of which any will do; ``document``, a path or a list; ``answerable: false``.

    Raises:
        FolderError: the file cannot be read as that.
    """

    file: Path

    def _content(self) -> dict[str, Any]:
        import yaml

        try:
            content = yaml.safe_load(self.file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            mark = getattr(error, "problem_mark", None)
            where = f"{self.file}, line {mark.line + 1}," if mark else f"{self.file}"
            said = getattr(error, "problem", None) or str(error).splitlines()[0]
            raise FolderError(f"{where} cannot be read: {said}.") from error
        if isinstance(content, list):
            content = {"questions": content}
        if not isinstance(content, dict) or not isinstance(content.get("questions"), list):
            raise FolderError(
                f"{self.file} holds no list of questions.", "See `qa eval --help` for the form."
            )
        return content

    def documents(self) -> Path | None:
        """The folder that the questions are about; None where the file does not say."""
        named = self._content().get("documents")
        return self.file.parent / Path(str(named)).expanduser() if named else None

    def questions(self) -> Iterator[Question]:
        """The questions, in their order."""
        for number, row in enumerate(self._content()["questions"], 1):
            if not isinstance(row, dict) or not isinstance(row.get("question"), str):
                raise FolderError(f"{self.file}, question {number}: there is no `question`.")
            if unknown := sorted(str(key) for key in row if key not in _KEYS):
                raise FolderError(
                    f"{self.file}, question {number}: unknown key {unknown[0]!r}.",
                    f"Known: {', '.join(_KEYS)}.",
                )
            answerable = row.get("answerable", True)
            if not isinstance(answerable, bool):
                raise FolderError(f"{self.file}, question {number}: answerable is true or false.")
            documents = self._several(row, "document", number)
            answers = self._several(row, "answer", number)
            yield Question(
                str(row.get("id", hashlib.sha256(row["question"].encode()).hexdigest()[:12])),
                row["question"],
                answerable,
                dict.fromkeys(documents if answerable else (), 1),
                tuple(Expected(form) for form in answers if answerable),
            )

    def _several(self, row: Mapping[str, Any], key: str, number: int) -> list[str]:
        """One text or a list of them; YAML makes something else of ``yes``, ``0123`` and ``1:30``,
        so what is not in quotes must read as it stands."""
        value = row.get(key, [])
        found = value if isinstance(value, list) else [value]
        if all(isinstance(one, str) and one.strip() for one in found):
            return found
        raise FolderError(
            f"{self.file}, question {number}: {key} {value} is no text.",
            f'Put it in quotes: {key}: "..."',
        )


def conversation(history: Sequence[Mapping[str, str]]) -> list[Turn]:
    """What was said, as turns, each question understood with those before it.

    Args:
        history: ``speaker`` (``user``, ``agent``, or ``context`` for the title of what they speak
            about) and ``text``, oldest first.
    """
    titles = tuple(row["text"] for row in history[:1] if row["speaker"] == "context")
    found: list[Turn] = []
    asked = ""
    for row in history:
        if row["speaker"] == "user":
            asked = row["text"]
        elif row["speaker"] == "agent" and asked:
            answer = "" if row["text"].lower().startswith(_UNKNOWN) else row["text"]
            found.append(Turn(stand_alone(asked, found), answer, titles))
            asked = ""
    return found or [Turn(title, "", titles) for title in titles]


def json_lines(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file with one a line, each with ``_id`` and ``text``."""
    with file.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield _json_row(file, number, line)


def _json_row(file: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
        if not isinstance(row["_id"], str) or not isinstance(row["text"], str):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        raise FolderError(
            f"{file}, line {number}: expected a JSON object with _id and text."
        ) from None
    return dict(row)


def _digest(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(f"{row.get('title', '')}\0{row['text']}".encode()).hexdigest()
