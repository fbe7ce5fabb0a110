"""The façade: open a folder, bring its index up to date, ask, verify."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from qa.answering import Answering, turn_of
from qa.compiled_encoder import CompiledEncoder
from qa.config import Settings, load_settings
from qa.documents import FolderSource, Source
from qa.encoder import Encoder
from qa.errors import IndexOutdatedError
from qa.followup import Turn, stand_alone
from qa.index import open_index
from qa.indexing import update
from qa.reader import PassageReader, SentenceReader
from qa.retriever import Retriever, check_question
from qa.types import (
    Answer,
    BuildReport,
    Citation,
    Document,
    DocumentState,
    Hit,
    ProgressCallback,
    Skipped,
    SourceInfo,
    Verification,
)
from qa.verification import loader, verify


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Assistant:
    """Answers questions about a folder. Cheap to make: loads no model, reads no documents.

    Safe to use from any thread; `ask` works while `update` runs in another.

    Args:
        folder: of documents, or another source of them.
        index: where the index lives; left out, in the user's data directory.
        settings: left out, those of the config file and the environment.
        encoder: left out, the model that the settings name.
        reader: left out, those that the settings name, else `qa.reader.SentenceReader`.
        anew: begin an index that is damaged or was made otherwise again, rather than
            refuse it.
        clock: when a citation is made (aware).

    Raises:
        FolderError: there is no such folder.
        IndexMismatchError: the index was made by another model or version.
        ModelError: there is no such model on this machine.
    """

    def __init__(
        self,
        folder: Path | str | Source,
        index: Path | str | None = None,
        *,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
        reader: PassageReader | None = None,
        anew: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.settings = settings or load_settings()
        self._clock = clock
        self.source: Source
        if isinstance(folder, Path | str):
            self.source = FolderSource(Path(folder), self.settings.max_file_mb)
            self.folder = self.source.folder
        else:
            self.source, self.folder = folder, Path(folder.name)
        directory = Path(index).expanduser() if index else self.settings.index_path(self.folder)
        encoder = encoder or CompiledEncoder(self.settings.model)
        self.index = open_index(directory, encoder, anew=anew)
        self.retriever = Retriever(self.index)
        try:
            self.reader = reader or self._configured_reader()
        except BaseException:
            self.index.close()
            raise

    def _configured_reader(self) -> PassageReader:
        settings = self.settings
        if not settings.reader and not settings.reranker:
            return SentenceReader(self.index)
        from qa.other_readers import AnsweringReader, Ranker, Reranking

        reader: PassageReader = SentenceReader(self.index)
        if settings.reader:
            reader = AnsweringReader(settings.reader)
        if settings.reranker:
            reader = Reranking(Ranker(settings.reranker), reader, settings.top_k)
        return reader

    @classmethod
    def open(
        cls,
        folder: Path | str,
        index: Path | str | None = None,
        *,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
        progress: ProgressCallback | None = None,
    ) -> Assistant:
        """An assistant whose index is up to date with ``folder``; one that another version of this
        program made is made anew.

        Raises:
            QaError: see the class and `update`.
        """
        try:
            assistant = cls(folder, index, settings=settings, encoder=encoder)
        except IndexOutdatedError:
            assistant = cls(folder, index, settings=settings, encoder=encoder, anew=True)
        try:
            assistant.update(progress)
        except BaseException:
            assistant.close()
            raise
        return assistant

    def update(
        self,
        progress: ProgressCallback | None = None,
        cancelled: Callable[[], bool] | None = None,
        rebuild: bool = False,
    ) -> BuildReport:
        """Bring the index in step with the folder (see `qa.indexing.update`)."""
        return update(self.index, self.source, progress, cancelled, rebuild=rebuild)

    def warm(self, *, thoroughly: bool = False) -> None:
        """Load the models now, side by side, rather than at the first question.

        Args:
            thoroughly: also take half a second for what makes the first few questions take
                longer than later ones; questions are answered meanwhile.

        Raises:
            ModelError: one cannot be loaded.
        """
        loads = [getattr(model, "load", None) for model in (self.index.encoder, self.reader)]
        with ThreadPoolExecutor(len(loads), "load") as threads:
            for done in [threads.submit(load) for load in loads if load]:
                done.result()
        if thoroughly and (practise := getattr(self.reader, "practise", None)):
            practise()

    def search(
        self,
        question: str,
        top_k: int | None = None,
        *,
        earlier: Sequence[Answer | Turn] = (),
        within: Sequence[str] = (),
    ) -> list[Hit]:
        """Passages that match, best first, without an answer.

        Args:
            question: in words; nothing in it is syntax.
            top_k: at most so many; left out, as in the settings.
            earlier: see `ask`.
            within: paths of documents; where there are any, only these are searched.

        Raises:
            QuestionError: the question is empty or too long.
            ModelError: the model cannot be loaded.
        """
        turns = [turn_of(one) for one in earlier]
        wanted = top_k or self.settings.top_k
        return self.retriever.search(question, wanted, earlier=turns, within=within)

    def rerank(
        self,
        question: str,
        hits: Sequence[Hit],
        *,
        earlier: Sequence[Answer | Turn] = (),
        read: int = 20,
    ) -> list[Hit]:
        """The same passages, of the first ``read`` those that answer put before the others.

        Raises:
            QuestionError: the question is empty or too long.
            ModelError: the model cannot be loaded.
        """
        resolved = stand_alone(check_question(question), [turn_of(one) for one in earlier])
        first = self.reader.read(resolved, hits[:read]).hits
        return [*(first or hits[:read]), *hits[read:]]

    def ask(
        self,
        question: str,
        *,
        top_k: int | None = None,
        earlier: Sequence[Answer | Turn] = (),
        within: Sequence[str] = (),
    ) -> Answer:
        """What the documents say to ``question``, or that they do not.

        Every quote was checked against the stored text. Below ``settings.threshold`` the
        answer is not found and the nearest passages are given apart.

        Args:
            question: in words; nothing in it is syntax.
            top_k: passages to read; left out, as in the settings.
            earlier: the answers of the conversation so far, oldest first, or what was said
                elsewhere. A question that leans on them is understood with them
                (`Answer.resolved_question`).
            within: paths of documents; where there are any, only these are asked.

        Raises:
            QuestionError: the question is empty or too long.
            ModelError: the model cannot be loaded.
        """
        answering = Answering(self.index, self.retriever, self.reader, self.settings, self._clock)
        turns = [turn_of(one) for one in earlier]
        return answering.answer(question, turns, top_k=top_k, within=within)

    def counts(self) -> tuple[int, int]:
        """Documents and passages in the index."""
        return self.index.store.counts()

    def sources(self) -> list[SourceInfo]:
        """Every indexed document, by path."""
        return self.index.store.sources()

    def states(self) -> dict[str, DocumentState]:
        """What has become of the file of every indexed document since, by path; told by size and
        time of change, as `update` does."""
        now = {file.path: (file.size, file.mtime_ns) for file in self.source.scan()[0]}
        found: dict[str, DocumentState] = {}
        for path, known in self.index.store.files().items():
            there = now.get(path)
            same = there == (known.size, known.mtime_ns)
            found[path] = "indexed" if same else "changed" if there else "gone"
        return found

    def skipped(self) -> list[Skipped]:
        """Files that were not indexed, and why."""
        return self.index.store.skipped_files()

    def document(self, path: str) -> Document | None:
        """A document as it was indexed; None for an unknown path."""
        return self.index.store.document(path)

    def verify(self, citations: Iterable[Citation]) -> list[Verification]:
        """Check citations against the files as they are now. Renamed files are those that
        the index knows; where one was edited too, those with the quote's words."""
        citations = list(citations)

        def others() -> list[str]:
            here, lexical = self.index.store.files(), self.index.lexical
            ids = [
                id_
                for one in citations
                if one.path not in here
                for id_, _ in lexical.search(" ".join(one.quote.split()[:40]), 3)
            ]
            found = self.index.store.passages(list(dict.fromkeys(ids))).values()
            return list(dict.fromkeys(passage.path for passage in found))

        def renamed() -> Mapping[str, str]:
            return {record.sha256: path for path, record in self.index.store.files().items()}

        return verify(citations, loader(self.source), renamed, others)

    def close(self) -> None:
        """Close the index; the assistant must not be used after."""
        self.index.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
