"""The seam where file formats are added.

A format is one module of this package with ``extract(data, name) -> Extracted``; adding
one means writing that module and naming its extensions in ``LOADERS``. Modules are
imported when the first file of their format is read, because their libraries are slow
to import.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath
from types import MappingProxyType

from qa.errors import DocumentError
from qa.formats.extracted import Extracted

SOURCE_CODE = (
    ".py", ".pyi", ".js", ".mjs", ".ts", ".tsx", ".jsx", ".c", ".h", ".cc", ".cpp", ".hpp", ".cs",
    ".java", ".kt", ".scala", ".go", ".rs", ".rb", ".php", ".pl", ".lua", ".r", ".jl", ".swift",
    ".sh", ".bash", ".zsh", ".ps1", ".sql", ".hs", ".ml", ".ex", ".exs", ".erl", ".clj", ".lisp",
    ".el", ".vim", ".f90", ".m", ".dart", ".zig", ".nim",
)  # fmt: skip
FIELDS = (".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".bib")
"""Of files that people write in fields: settings, data cards, reading lists."""
_TEXTS = re.compile(
    r"(?i:readme|licen[cs]e|copying|copyright|changelog|changes|news|install|authors|notice|todo)"
    r"\.(?:[A-Z][\w-]*|source|in|[a-z]{2}(?:[_-][A-Z]{2})?)"
)
"""Names of texts: ``README.Debian``, ``LICENSE.MIT``, ``README.de``; not copies (``README.md~``) or
pictures."""
READING = 6
"""Raised when loaders make something else of a file than before: indexes read their files again
then, and embed what changed."""
LOADERS: Mapping[str, str] = MappingProxyType(
    {
        "": "text",  # README, LICENSE, Makefile
        ".txt": "text",
        ".text": "text",
        ".rst": "rst",
        ".org": "org",
        ".tex": "latex",
        ".log": "text",
        ".adoc": "text",
        **dict.fromkeys((*SOURCE_CODE, *FIELDS), "text"),
        ".md": "markdown",
        ".markdown": "markdown",
        ".mdown": "markdown",
        ".html": "html",
        ".htm": "html",
        ".xhtml": "html",
        **dict.fromkeys((".mht", ".mhtml", ".webarchive"), "webarchive"),
        ".pdf": "pdf",
        ".docx": "docx",
        ".docm": "docx",
        ".pptx": "pptx",
        ".pptm": "pptx",
        ".xlsx": "xlsx",
        ".xlsm": "xlsx",
        ".odt": "opendocument",
        ".ods": "opendocument",
        ".odp": "opendocument",
        ".rtf": "rtf",
        ".epub": "epub",
        ".csv": "table",
        ".tsv": "table",
        ".tab": "table",
        ".eml": "email",
        ".ipynb": "notebook",
        ".srt": "subtitles",
        ".vtt": "subtitles",
        ".gz": "gzipped",
    }
)
"""Extension (lower case) to the module that reads it."""


def extension(name: str) -> str:
    """The extension of a file name, in lower case, with its dot; empty where there is none, and for
    names as ``README.Debian``."""
    path = PurePosixPath(name)
    ending = path.suffix.lower()
    if ending not in LOADERS and _TEXTS.fullmatch(path.name):
        return ""
    return ending


def is_known(name: str) -> bool:
    """Whether some loader reads files of this name."""
    return extension(name) in LOADERS


def has_pictures(name: str) -> bool:
    """Whether files of this name hold more than text, which takes most of their size."""
    module = LOADERS.get(extension(name))
    return module in (
        "pdf", "docx", "pptx", "opendocument", "epub", "email", "notebook", "webarchive"
    )  # fmt: skip


_LIBRARIES = {
    "html": "lxml", "webarchive": "lxml", "pdf": "pypdfium2", "docx": "lxml", "pptx": "lxml",
    "opendocument": "lxml", "epub": "lxml", "email": "lxml", "xlsx": "openpyxl",
}  # fmt: skip


@cache
def extractor(name: str) -> str:
    """What makes text from a file of this name, with versions: ``pdf: qa 0.1.0, pypdfium2 5.1``."""
    module = LOADERS.get(extension(name), "")
    parts = []
    for library in ("qa", _LIBRARIES.get(module, "")):
        with suppress(PackageNotFoundError, ValueError):  # run from a folder; no library
            parts.append(f"{library} {version(library)}")
    return f"{module}: {', '.join(parts)}" if parts else module


def extract(data: bytes, name: str) -> Extracted:
    """The text of a file.

    Args:
        data: all bytes of the file.
        name: its name or path; the extension chooses the loader.

    Raises:
        DocumentError: the format is not known, or the bytes cannot be read as it.
    """
    module = LOADERS.get(extension(name))
    if module is None:
        raise DocumentError(f"format {extension(name)} is not read")
    extracted = import_module(f"{__name__}.{module}").extract(data, name)
    assert isinstance(extracted, Extracted)
    return extracted


__all__ = [
    "LOADERS", "READING", "Extracted", "extension", "extract", "extractor", "has_pictures",
    "is_known",
]  # fmt: skip
