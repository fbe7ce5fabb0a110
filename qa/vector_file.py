"""Files of the vector index: FAISS inverted files over a store's vectors, mapped into memory.

A file's name carries the store and the generation it was made at, so a half-finished or foreign
file is never mistaken for a current one; a description stands beside it as JSON. Files are
written list by list as vectors come, so making one takes some 20 bytes a vector.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import struct
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import IndexingError, IndexReadOnlyError
from qa.store import Store

_NAME = re.compile(r"vectors-([0-9a-f]+)-(\d+)\.(faiss|json|partial)")

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BaseInfo:
    """How a base was built; stands beside it as JSON."""

    vectors: int
    lists: int = 1
    """Inverted lists; 1: the search is exact."""
    searched: int = 1
    """Of them, how many a search looks through."""
    recall: float = 1.0
    """Recall@10 against exact search, when its lists were made."""
    trained: int = 0
    """Vectors there were then."""
    head: int = 0
    """Bytes of the file before the vectors: all that FAISS follows when it opens it."""
    size: int = 0
    """Of the file, in bytes: a file of another size is damaged."""
    digest: str = ""
    """Hex SHA-256 of the head: FAISS is shown no file whose head has another."""


class ListsFile:
    """Writes a trained inverted file whose vectors are not in memory.

    FAISS writes only what it holds in memory, so the lists are written here, in its own form
    (``write_InvertedLists`` in faiss/impl/index_write.cpp): name, number of lists, bytes of a
    code, kind, then as 64-bit numbers the count and the lists' sizes, then each list's codes
    and ids. In an index without vectors the last 32 bytes are the same for empty lists.

    Args:
        stream: to be written to, from its beginning; must allow seeking.
        trained: an index of the kind without vectors.
        sizes: vectors of each list, int64, shape ``(lists,)``.

    Raises:
        IndexingError: FAISS writes another kind of file.
    """

    def __init__(self, stream: IO[bytes], trained: Any, sizes: Ids) -> None:
        import faiss

        trained.ntotal = int(sizes.sum())
        header = faiss.serialize_index(trained).tobytes()
        trained.ntotal = 0
        lists, code = len(sizes), int(trained.code_size)
        if header[-32:] != struct.pack("<4sQQ4sQ", b"ilar", lists, code, b"sprs", 0):
            raise IndexingError(
                "This version of FAISS writes another kind of file.",
                "Documents and vectors are safe; install faiss-cpu 1.15, and run it again.",
            )
        header = header[:-32] + struct.pack("<4sQQ4sQ", b"ilar", lists, code, b"full", lists)
        stream.write(header + sizes.astype("<u8").tobytes())
        self._stream, self._sizes, self._code = stream, sizes, code
        ends = stream.tell() + np.cumsum(sizes * (code + 8))
        self._begins = ends - sizes * (code + 8)
        self.head = int(self._begins[0])
        """Bytes before the vectors."""
        self._filled = np.zeros(lists, dtype=np.int64)
        stream.truncate(int(ends[-1]))

    def add(self, lists: Ids, ids: Ids, codes: NDArray[np.uint8]) -> None:
        """Put vectors into their lists.

        Args:
            lists: number of the list of each, shape ``(n,)``.
            ids: of each, same shape.
            codes: as the index's quantizer makes them, shape ``(n, bytes)``.
        """
        order = np.argsort(lists, kind="stable")
        numbers, firsts = np.unique(lists[order], return_index=True)
        for number, part in zip(numbers.tolist(), np.split(order, firsts[1:]), strict=True):
            begin, filled = int(self._begins[number]), int(self._filled[number])
            self._stream.seek(begin + filled * self._code)
            self._stream.write(codes[part].tobytes())
            self._stream.seek(begin + int(self._sizes[number]) * self._code + filled * 8)
            self._stream.write(ids[part].astype("<i8").tobytes())
            self._filled[number] += len(part)

    def finish(self) -> None:
        """Make sure that it is all on the disk.

        Raises:
            RuntimeError: lists are not as long as was said.
        """
        if not np.array_equal(self._filled, self._sizes):
            raise RuntimeError("the vectors changed while they were written")
        self._stream.flush()
        os.fsync(self._stream.fileno())


def mapped(file: Path) -> Any:
    """An index, its vectors left in the file until they are read (on Windows, read now)."""
    import faiss

    if os.name == "nt":
        return faiss.deserialize_index(np.frombuffer(file.read_bytes(), dtype=np.uint8))
    descriptor = os.open(file, os.O_RDONLY)
    try:  # by number: faiss opens no path with letters outside the locale's
        return faiss.read_index(f"/dev/fd/{descriptor}", faiss.IO_FLAG_MMAP)
    finally:
        os.close(descriptor)


def write_base(store: Store, generation: int, write: Callable[[Path], BaseInfo]) -> None:
    """Put a base beside the store, in place of earlier ones.

    Args:
        store: what it is of.
        generation: of the store, up to which it is complete.
        write: writes the file at a path, and says what is in it.

    Raises:
        IndexReadOnlyError: the disk is full, or may not be written.
    """
    file = _file(store, generation)
    partial = file.with_suffix(".partial")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_WRONLY, 0o600))  # for the user alone
        info = write(partial)
        digest = _digest(partial, info.head)
        info = replace(info, size=partial.stat().st_size, digest=digest)
        file.with_suffix(".json").write_text(json.dumps(asdict(info)), "utf-8")
        partial.replace(file)
    except BaseException as error:
        for part in (partial, file.with_suffix(".json")):
            with contextlib.suppress(OSError):
                part.unlink()
        if not isinstance(error, OSError):
            raise
        reason = error.strerror or str(error)
        raise IndexReadOnlyError(
            f"The vector index cannot be written: {reason}.",
            "Documents and vectors are safe; free some space and run it again.",
        ) from error
    remove_files(store.directory, keep=file)


def read_base(store: Store) -> tuple[int, Any, BaseInfo] | None:
    """Generation, index and description of the newest sound base; nothing where there is
    none: it is derived, so it is made again."""
    found = newest_base(store)
    if found is None:
        return None
    generation, file, info = found
    try:
        if _digest(file, info.head) != info.digest:
            return None
        base = mapped(file)
    except (OSError, RuntimeError, MemoryError):
        return None
    return (generation, base, info) if base.ntotal == info.vectors else None


def newest_base(store: Store) -> tuple[int, Path, BaseInfo] | None:
    """Generation, file and description of the newest base of this store. Imports no faiss."""
    files = {
        int(match[2]): file
        for file in store.directory.glob("vectors-*.faiss")
        if (match := _NAME.fullmatch(file.name)) and match[1] == store.id
    }
    newest = max(files, default=0)
    if not newest or newest > store.generation:
        return None
    try:
        info = BaseInfo(**json.loads(files[newest].with_suffix(".json").read_text("utf-8")))
        sound = files[newest].stat().st_size == info.size and bool(info.digest)
    except (OSError, ValueError, TypeError):
        return None
    return (newest, files[newest], info) if sound else None


def _digest(file: Path, head: int) -> str:
    with file.open("rb") as stream:
        return hashlib.sha256(stream.read(head)).hexdigest() if head > 0 else ""


def _file(store: Store, generation: int) -> Path:
    return store.directory / f"vectors-{store.id}-{generation}.faiss"


def remove_files(directory: Path, keep: Path | None = None) -> None:
    """Delete the vector files of an index directory, but for ``keep`` and its description."""
    for file in directory.glob("vectors-*"):
        if _NAME.fullmatch(file.name) and (keep is None or file.stem != keep.stem):
            with contextlib.suppress(OSError):  # still open elsewhere: next time
                file.unlink()
