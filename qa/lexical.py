"""Full-text index (Tantivy, BM25), derived from the store.

Queries are built from tokens, never from what the user typed, so no character has a
meaning. Chinese, Japanese, Korean and other scripts written without spaces are indexed as
overlapping pairs of characters; identifiers such as ``parseHTMLDocument`` also by parts.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
import shutil
import tempfile
import threading
import unicodedata
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tantivy

from qa.errors import IndexDamagedError, IndexReadOnlyError
from qa.formats.extracted import checkpoint
from qa.index_files import held
from qa.memory import give_back_memory
from qa.store import Store, passage_text
from qa.text import one_line

VERSION = 1
"""Raise it when tokens change: an index of another version is made again."""

_LOCK = "lexical.lock"
_HEAP = 50_000_000  # bytes the writer may fill before it flushes a segment
_NO_SPACES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{_NO_SPACES}]+")
_CAMEL = re.compile(r"\b(?=[A-Za-z0-9]*[a-z0-9][A-Z])[A-Za-z][A-Za-z0-9]+\b")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SIGNED = re.compile(r"\b([A-Za-z])(\+\+|#)(?!\w)")
_SIGNS = {"++": "plusplus", "#": "sharp"}


def expand(text: str) -> str:
    """``text`` with what the tokenizer would miss spelled out (see the module docstring)."""
    plain = text.isascii()
    text = text if plain else unicodedata.normalize("NFKC", text)
    if "+" in text or "#" in text:
        text = _SIGNED.sub(lambda match: f"{match[0]} {match[1]}{_SIGNS[match[2]]}", text)
    text = _CAMEL.sub(lambda match: " ".join((match[0], *_PARTS.findall(match[0]))), text)
    return text if plain else _RUN.sub(lambda match: f" {_pairs(match[0])} ", text)


def _pairs(run: str) -> str:
    return " ".join(run[i : i + 2] for i in range(len(run) - 1)) if len(run) > 1 else run


def analyzer() -> tantivy.TextAnalyzer:
    """Letters and digits, lower case, no accents, English stems (Snowball); stop words stay."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


K1 = 1.2
"""How soon BM25 has enough of a word; tantivy's own."""
COMMON = 0.5
"""A question's words that stand in this share of the passages are not searched for: in so many
passages they say next to nothing, and reading their lists takes most of a search."""
_LONGEST_WORD = 40
"""Letters of a word that may be part of another."""
COMMON_MATTERS_BELOW = 10_000
"""Passages up to which they are: there it takes no time."""


@contextlib.contextmanager
def _as_values() -> Iterator[None]:
    """Turn what tantivy raises where a damaged file breaks its own assumptions (a panic of Rust,
    which is no `Exception`) into the ValueError that it raises where it checks."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(f"a file of it is damaged: {str(error)[:200]}") from None


class LexicalIndex:
    """BM25 (k1 = 1.2, b = 0.75; Robertson and Zaragoza, 2009) over a store's passages.

    Safe to use from any thread and process: who writes it holds a lock of its own, so that a
    reader that catches up with the store is in no writer's way.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._directory = store.directory / "lexical"
        self._stamp = store.directory / "lexical.json"
        self._lock = threading.Lock()
        self._analyzer = analyzer()
        self._schema = (
            tantivy.SchemaBuilder()
            .add_integer_field("id", indexed=True, fast=True)
            .add_text_field("text", tokenizer_name="qa", index_option="freq")
            .build()
        )
        self._links: Path | None = None
        self._index: Any = None
        self._searcher: Any = None
        """Of the index as it was last loaded; to make one takes longer than to ask it something."""
        self.generation = -1
        """Of the store, up to which this index is complete; -1: there is none."""
        self.reload()

    def reload(self) -> None:
        """See what another process (or `catch_up`) has written since."""
        with self._lock:
            self._reload()

    def _reload(self) -> None:
        try:
            stamp = json.loads(self._stamp.read_text("utf-8"))
            if (stamp["version"], stamp["id"]) != (VERSION, self._store.id):
                raise ValueError
            with _as_values():
                if self._index is None or not self._store.writable:
                    self._index = self._open()
                self._load()
            if self._searcher.num_docs != stamp["passages"]:
                raise ValueError  # a crash between writing it and stamping it
            self.generation = int(stamp["generation"])
        except (OSError, ValueError, KeyError, TypeError):
            self._index, self._searcher, self.generation = None, None, -1

    def catch_up(self, *, wait: bool = True) -> None:
        """Add and remove what the store has since.

        Raises:
            IndexLockedError: another process does it, and ``wait`` is false.
            IndexReadOnlyError: the disk is full, or may not be written.
        """
        if self._store.generation == self.generation:
            return
        with held(self._store.directory / _LOCK, wait=wait), self._lock:
            self._reload()
            generation = self._store.generation
            if generation == self.generation:
                return
            try:
                with _as_values():
                    self._write()
                    give_back_memory()
                    self._load()
                self._stamp_generation(generation)
            except (OSError, ValueError) as error:  # ValueError: tantivy's own
                raise IndexReadOnlyError(
                    f"The full-text index cannot be written: {error}.",
                    "Documents and vectors are safe. Check the free space and run it again; if "
                    "that does not help, `qa index --rebuild`.",
                ) from error
            self.generation = generation

    def _write(self) -> None:
        if self.generation < 0:
            self._index = self._searcher = None
            self._stamp.unlink(missing_ok=True)
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._index = self._open()
        writer = self._index.writer(_HEAP, 1)
        try:
            # What a process that was killed had begun to write would be in the way of the same.
            writer.garbage_collect_files()
            for passage_id in self._store.deleted_since(self.generation):
                writer.delete_documents_by_term("id", passage_id)
            for passage in self._store.passages_since(self.generation):
                checkpoint()
                if self.generation >= 0:  # after a crash it may be here already
                    writer.delete_documents_by_term("id", passage.passage_id)
                document = tantivy.Document()
                document.add_integer("id", passage.passage_id)
                document.add_text("text", expand(passage_text(passage)))
                writer.add_document(document)
            writer.commit()
        finally:
            writer.wait_merging_threads()

    def _open(self) -> Any:
        place = self._directory if self._store.writable else self._beside()
        index = tantivy.Index(self._schema, str(place))
        index.register_tokenizer("qa", self._analyzer)
        return index

    def _beside(self) -> Path:
        """A directory with links to the files: to read them, tantivy writes a lock beside."""
        if self._links is None:
            self._links = Path(tempfile.mkdtemp(prefix="qa-"))
            weakref.finalize(self, shutil.rmtree, self._links, ignore_errors=True)
        for file in self._directory.iterdir():
            link = self._links / file.name
            if file.suffix != ".lock" and not link.is_symlink():
                link.symlink_to(file.absolute())
        return self._links

    def _load(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()

    def _stamp_generation(self, generation: int) -> None:
        partial = self._stamp.with_suffix(".partial")
        stamp = {
            "version": VERSION,
            "id": self._store.id,
            "generation": generation,
            "passages": self._searcher.num_docs,
        }
        partial.write_text(json.dumps(stamp), "utf-8")
        partial.replace(self._stamp)

    def tokens(self, text: str) -> list[str]:
        """The index's terms of ``text``, in order, repeated as they are."""
        return list(self._analyzer.analyze(expand(text)))

    def search(
        self, question: str, k: int, *, also: str = "", weight: float = 0.0
    ) -> list[tuple[int, float]]:
        """Passage ids and BM25 scores of the ``k`` best, best first; words of ``also`` count by
        ``weight`` times as much."""
        query = self._query(question, also, weight)
        return self._run(query, k) if query is not None else []

    def scores(
        self, question: str, ids: list[int], *, also: str = "", weight: float = 0.0
    ) -> dict[int, float]:
        """BM25 scores of the passages in ``ids`` that share a term with the question; ``also``
        and ``weight`` as in `search`."""
        query = self._query(question, also, weight)
        if query is None or not ids:
            return {}
        among = tantivy.Query.term_set_query(self._schema, "id", ids)
        must = tantivy.Occur.Must
        return dict(
            self._run(
                tantivy.Query.boolean_query(
                    [(must, query), (must, tantivy.Query.const_score_query(among, 0.0))]
                ),
                len(ids),
            )
        )

    def reach(self, question: str, passages: int) -> float:
        """What BM25 scores of a question stay below in an index of that many passages: (k1 + 1)
        times the inverse document frequencies of its words, but for those that stand nowhere."""
        found = [count for token in self.tokens(question) if (count := self.frequency(token))]
        others = [max(0, passages - count) for count in found]
        return (K1 + 1) * sum(
            math.log1p((other + 0.5) / (count + 0.5))
            for other, count in zip(others, found, strict=True)
        )

    def nearly(self, term: str, k: int) -> list[tuple[int, float]]:
        """Ids of ``k`` passages with a term that differs from ``term`` by one letter more, less,
        other or changed with the next."""
        return self._run(tantivy.Query.fuzzy_term_query(self._schema, "text", term, distance=1), k)

    def frequency(self, term: str) -> int:
        """In how many passages a term of `tokens` occurs."""
        with self._lock, _told_as_damage(), _as_values():
            return self._searcher.doc_freq("text", term) if self._searcher is not None else 0

    def stands(self, term: str) -> bool:
        """Whether a term of `tokens` occurs in any passage that is not deleted."""
        import tantivy

        return bool(self._run(tantivy.Query.term_query(self._schema, "text", term), 1))

    def stands_within(self, term: str) -> bool:
        """Whether a term of letters is part of one that is longer by three letters or more, as
        those of German words that are made of others are, in a passage that is not deleted."""
        import tantivy

        if len(term) > _LONGEST_WORD:
            return False
        longer = f".{{3,}}{term}.*|.*{term}.{{3,}}"
        return bool(self._run(tantivy.Query.regex_query(self._schema, "text", longer), 1))

    def _query(self, question: str, also: str, weight: float) -> tantivy.Query | None:
        weighted = [(token, 1.0) for token in self.tokens(question)]
        weighted += [(token, weight) for token in self.tokens(also) if weight]
        passages = self._passages()
        if passages >= COMMON_MATTERS_BELOW:
            # Tantivy counts a word in deleted passages too until it merges them away.
            common = COMMON * passages + self._store.number("SELECT count(*) FROM deleted")
            counts = {token: self.frequency(token) for token, _ in weighted}
            rare = [(token, by) for token, by in weighted if 0 < counts[token] < common]
            weighted = rare or weighted
        terms = []
        for token, by in weighted:
            term = tantivy.Query.term_query(self._schema, "text", token, "freq")
            terms.append(
                (tantivy.Occur.Should, term if by == 1 else tantivy.Query.boost_query(term, by))
            )
        return tantivy.Query.boolean_query(terms) if terms else None

    def _passages(self) -> int:
        with self._lock:
            return self._searcher.num_docs if self._searcher is not None else 0

    def _run(self, query: tantivy.Query, k: int) -> list[tuple[int, float]]:
        with self._lock:
            searcher = self._searcher
        if searcher is None:
            return []
        with _told_as_damage(), _as_values():
            hits = searcher.search(query, limit=k, count=False).hits
            ids = searcher.fast_field_values("id", [address for _, address in hits])
            if None in ids:
                raise ValueError("a passage without number")
        return [(int(id_), float(score)) for id_, (score, _) in zip(ids, hits, strict=True)]


@contextlib.contextmanager
def _told_as_damage() -> Iterator[None]:
    try:
        yield
    except ValueError as error:  # tantivy's own
        raise IndexDamagedError(
            f"The full-text index is damaged ({one_line(str(error))}).",
            "Your documents are untouched. Run `qa index --rebuild` to make it anew.",
        ) from error


def remove_files(directory: Path) -> None:
    """Delete the full-text index of an index directory."""
    with held(directory / _LOCK, wait=True):
        with contextlib.suppress(FileNotFoundError):
            (directory / "lexical.json").unlink()
        shutil.rmtree(directory / "lexical", ignore_errors=True)
