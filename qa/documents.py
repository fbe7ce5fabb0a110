"""A folder of files as Documents, and why a file is not one.

Nothing is ever written to the folder, no link is followed, and no file is opened before
its turn, except the ignore files (``.gitignore``, ``.ignore``, ``.qaignore``).
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Protocol

from qa import formats
from qa.errors import DocumentError, FolderError
from qa.text import shorten
from qa.types import Document, Skipped

IGNORE_FILES = (".gitignore", ".ignore", ".qaignore")
"""Read in this order in every folder; a later one overrides an earlier one."""
TOOL_FOLDERS = frozenset(["node_modules", "__pycache__"])
_GLOB = re.compile(r"\*+|\?|\[[!^]?\]?(?:\\.|[^\]\\])*\]|\\?.", re.S)
_LONGEST_TITLE = 200  # characters; an unclosed <title> swallows a page
_MB = 1 << 20
_MAX_MTIME = (1 << 63) - 1  # what the store can hold: the year 2262
_PDF_FACTOR = 16  # a PDF is mostly pictures: the limit is on its text, this one on memory


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that may become a Document."""

    path: str
    """Relative to the folder, with ``/``."""
    size: int
    """Bytes."""
    mtime_ns: int


class Source(Protocol):
    """Where documents come from."""

    @property
    def name(self) -> str:
        """Whose documents these are; an index serves one source only."""
        ...

    def scan(self) -> tuple[list[SourceFile], list[Skipped]]:
        """The files there are now and those passed over, both sorted by path."""
        ...

    def load(self, file: SourceFile) -> Document:
        """The document of a scanned file.

        Raises:
            DocumentError: it cannot be read; the message is the reason.
        """
        ...


class FolderSource:
    """The documents of one folder and the folders in it.

    Raises:
        FolderError: there is no such folder, or it may not be read.
    """

    def __init__(self, folder: Path, max_file_mb: int = 64) -> None:
        try:
            self.folder = folder.expanduser().resolve(strict=True)
            with os.scandir(self.folder):
                pass
        except FileNotFoundError:
            hint = "Check the spelling, or create it."
            raise FolderError(f"There is no folder {folder}.", hint) from None
        except NotADirectoryError:
            hint = "Name the folder that holds it."
            raise FolderError(f"{folder} is a file, not a folder.", hint) from None
        except PermissionError:
            hint = "Ask its owner for permission, or copy the documents to a folder of your own."
            raise FolderError(f"The folder {folder} may not be read.", hint) from None
        except (OSError, RuntimeError) as error:  # a loop of links, a device that fails
            hint = "Check that the disk is there."
            raise FolderError(f"The folder {folder} cannot be opened: {error}.", hint) from error
        self.name = str(self.folder)
        self.max_file_mb = max_file_mb

    def scan(self) -> tuple[list[SourceFile], list[Skipped]]:
        """The files there are now and those passed over, both sorted by path."""
        found = sorted(_walk(self.folder), key=attrgetter("path"))
        files = [entry for entry in found if isinstance(entry, SourceFile)]
        return files, [entry for entry in found if isinstance(entry, Skipped)]

    def load(self, file: SourceFile) -> Document:
        """The document of a scanned file.

        Raises:
            DocumentError: it cannot be read, has become a link, or has no text.
        """
        place = self.folder / file.path.replace("\0", "\ufffd")
        if not place.resolve().is_relative_to(self.folder):  # since the scan
            raise DocumentError("link that leads out of the folder")
        return load_file(place, file.path, self.max_file_mb)


def load_file(file: Path, path: str, max_file_mb: int = 64) -> Document:
    """Read one file, once.

    Args:
        file: where it is on this machine.
        path: the path the document is to carry; its extension chooses the loader.
        max_file_mb: text above this many MiB is refused.

    Raises:
        DocumentError: it cannot be read or has no text; the message is the reason.
    """
    data = _read(file, path, max_file_mb)
    try:
        extracted = formats.extract(data, path)
    except DocumentError:
        raise
    except Exception as error:  # whatever a file does to a library, the others are read
        raise DocumentError(f"cannot be read: {type(error).__name__}: {error}") from error
    if not extracted.text.strip():
        raise DocumentError("no text in this file")
    if len(extracted.text) > max_file_mb * _MB:
        raise DocumentError(_too_large(max_file_mb), lasting=False)
    return Document(
        path=path,
        title=shorten(extracted.title, _LONGEST_TITLE),
        text=extracted.text,
        sha256=hashlib.sha256(data).hexdigest(),
        pages=extracted.pages,
        headings=extracted.headings,
        lines=extracted.lines,
        metadata={**extracted.metadata, "extractor": formats.extractor(path)},
        format=extracted.format,
    )


def _too_large(max_file_mb: int) -> str:
    return f"larger than {max_file_mb} MB; raise max_file_mb to index it"


def _read(file: Path, path: str, max_file_mb: int) -> bytes:
    limit = max_file_mb * _MB * (_PDF_FACTOR if formats.extension(path) == ".pdf" else 1)
    # Neither a link nor a pipe that took the file's place since the scan is followed.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(file, flags), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise DocumentError("not a regular file")
            if status.st_size > limit:
                raise DocumentError(_too_large(max_file_mb), lasting=False)
            data = stream.read(status.st_size + 1)
    except FileNotFoundError:
        raise DocumentError("the file is gone", lasting=False) from None
    except PermissionError:
        raise DocumentError("no permission to read", lasting=False) from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise DocumentError("a link, which is not followed") from None
        raise DocumentError(f"cannot be read: {error.strerror or error}", lasting=False) from error
    if len(data) != status.st_size:
        raise DocumentError("the file changed while it was read", lasting=False)
    if not data:
        raise DocumentError("empty file")
    return data


@dataclass(frozen=True, slots=True)
class _Rule:
    """A line of an ignore file: it speaks of entries below the file's folder."""

    file: str
    base: str
    pattern: re.Pattern[str]
    ignore: bool
    folders_only: bool


def _walk(top: Path) -> Iterator[SourceFile | Skipped]:
    """Every file below ``top`` that counts, and every entry that was passed over."""
    pending: list[tuple[str, str, tuple[_Rule, ...]]] = [(str(top), "", ())]
    while pending:
        folder, prefix, rules = pending.pop()
        try:
            with os.scandir(folder) as listing:
                entries = list(listing)
        except OSError as error:
            if not prefix:
                raise FolderError(
                    f"The folder {top} cannot be listed: {_reason(error)}.",
                    "Its index was left as it is.",
                ) from error
            yield Skipped(_printable(prefix.rstrip("/")), _reason(error), unlisted=True)
            continue
        named = {entry.name: entry for entry in entries}
        if "pyvenv.cfg" in named:  # a virtual environment, whatever its name
            continue
        for name in IGNORE_FILES:
            if name in named and named[name].is_file(follow_symlinks=False):
                rules = (*rules, *_read_rules(folder, prefix, name))
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = prefix + entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name in TOOL_FOLDERS:
                        continue
                    if ignored := _ignored(path, True, rules):
                        yield Skipped(_printable(path), ignored)
                    else:
                        pending.append((entry.path, path + "/", rules))
                else:
                    yield _classify(entry, path, rules, top)
            except OSError as error:
                yield Skipped(_printable(path), _reason(error))


def _classify(
    entry: os.DirEntry[str], path: str, rules: tuple[_Rule, ...], top: Path
) -> SourceFile | Skipped:
    shown = _printable(path)
    if ignored := _ignored(path, False, rules):
        return Skipped(shown, ignored)
    if shown != path:
        return Skipped(shown, "the file name is not valid text")
    if entry.is_symlink():
        return Skipped(shown, _about_link(Path(entry.path), top))
    if not entry.is_file(follow_symlinks=False):
        return Skipped(shown, "not a regular file")
    if not formats.is_known(entry.name):
        return Skipped(shown, f"format {formats.extension(entry.name)} is not read")
    status = entry.stat(follow_symlinks=False)
    if not os.access(entry.path, os.R_OK):
        return Skipped(shown, "no permission to read")
    mtime_ns = max(-_MAX_MTIME, min(status.st_mtime_ns, _MAX_MTIME))
    return SourceFile(path, status.st_size, mtime_ns)


def _about_link(link: Path, top: Path) -> str:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a loop of links, before Python 3.13
        return "broken link"
    if not target.is_relative_to(top):
        return "link that leads out of the folder"
    return f"link to {_printable(target.relative_to(top).as_posix())}"


def _read_rules(folder: str, base: str, name: str) -> Iterator[_Rule]:
    from qa.formats.decode import decode

    try:
        lines = re.split(r"\r?\n", decode(Path(folder, name).read_bytes()))
    except (OSError, DocumentError):
        return
    for line in lines:
        glob = re.sub(r"(?<!\\) +$", "", line)
        bare = glob.removeprefix("!").rstrip("/")
        if bare and not glob.startswith("#"):
            with contextlib.suppress(re.error):  # git passes over what is no pattern, too
                pattern = re.compile(_regex(bare), re.S)
                yield _Rule(name, base, pattern, glob[0] != "!", glob[-1] == "/")


def _regex(glob: str) -> str:
    """The regular expression of a pattern, as gitignore(5) describes patterns.

    What stands between two stars may match where it first can, so each such part is an
    atomic group: no pattern makes matching slower than length of path times pattern.
    """
    parts: list[list[str]] = [[]]
    for atom in _GLOB.findall(glob.removeprefix("/")):
        if atom in ("/", "\\/"):
            parts.append([])
        else:
            parts[-1].append(atom)
    anywhere = "/" not in glob  # even within brackets, as in git
    inside = len(parts) > 1 and parts[-1] == ["**"]
    result, run = "", list[str]()
    for part in parts[:-1] if inside else parts:
        if part == ["**"] and len(parts) > 1:
            if run:
                result += _run(run, anywhere, last=False)
            anywhere, run = True, []
        else:
            run.append(_component(part))
    if inside:
        return result + (_run(run, anywhere, last=False) if run else "") + ".+"
    return result + _run(run, anywhere, last=True)


def _run(components: list[str], anywhere: bool, last: bool) -> str:
    """Parts of a path in a row, from here or from any folder below."""
    body = "/".join(components)
    if last:
        return f"(?:[^/]*/)*{body}" if anywhere else body
    return f"(?>(?:[^/]*/)*?{body}/)" if anywhere else f"{body}/"


def _component(atoms: list[str]) -> str:
    """One part of a path."""
    pieces = [""]  # between stars
    for atom in atoms:
        if atom.startswith("*"):
            pieces.append("")
        elif atom == "?":
            pieces[-1] += "[^/]"
        elif atom.startswith("[") and len(atom) > 1:
            letters = atom[1:-1].replace("[", r"\[")
            some = f"[^{letters[1:]}]" if letters[0] in "!^" else f"[{letters}]"
            pieces[-1] += f"(?!/){some}"
        elif atom == "\\":
            pieces[-1] += r"\\"
        else:
            pieces[-1] += re.escape(atom.removeprefix("\\"))
    if len(pieces) == 1:
        return pieces[0]
    middle = "".join(f"(?>[^/]*?{piece})" for piece in pieces[1:-1] if piece)
    return f"{pieces[0]}{middle}[^/]*{pieces[-1]}"


def _ignored(path: str, is_folder: bool, rules: tuple[_Rule, ...]) -> str:
    """Why a path is ignored, or nothing. The last rule of the deepest file decides."""
    for rule in reversed(rules):
        if rule.folders_only and not is_folder:
            continue
        if rule.pattern.fullmatch(path, len(rule.base)):
            return f"ignored by {rule.base}{rule.file}" if rule.ignore else ""
    return ""


def _printable(path: str) -> str:
    """A path as text; bytes that are no UTF-8 become U+FFFD."""
    handler = "replace" if os.name == "nt" else "surrogateescape"
    return path.encode("utf-8", handler).decode("utf-8", "replace")


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "no permission to read"
    return f"cannot be read: {error.strerror or error}"
