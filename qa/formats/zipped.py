"""Files that are ZIP archives of XML: opened with bounds, parsed without what a document
must not do (entities, other files, the network)."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from qa.errors import DocumentError

MOST_MEMBERS = 20_000
MOST_BYTES = 1 << 30
"""Of all members together, unpacked."""
MOST_XML = 64 << 20
"""Of one member that is parsed; its tree takes some ten times as much."""

_Said = TypeVar("_Said")
_WINDOW, _OVERLAP = 1 << 20, 1 << 10


class Package:
    """The members of an office file or a book.

    Raises:
        DocumentError: it is no archive, is encrypted, or is larger unpacked than any document.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError) as error:
            if data.startswith(b"\xd0\xcf\x11\xe0"):  # an OLE container
                raise DocumentError("encrypted, or of an old format: needs a password") from None
            raise DocumentError("damaged: it cannot be opened") from error
        if len(members) > MOST_MEMBERS:
            raise DocumentError(f"it has more than {MOST_MEMBERS:,} parts")
        if sum(member.file_size for member in members) > MOST_BYTES:
            raise DocumentError(f"larger than {MOST_BYTES >> 20:,} MB when unpacked")
        if any(member.flag_bits & 1 for member in members):
            raise DocumentError("encrypted: needs a password")
        self.names = {member.filename for member in members}

    def read(self, name: str, most: int = MOST_XML) -> bytes:
        """A member; empty where there is none of that name.

        Raises:
            DocumentError: it is too large or damaged.
        """
        if name not in self.names:
            return b""
        if self._zip.getinfo(name).file_size > most:  # never more is unpacked than is said there
            raise DocumentError(f"a part of it is larger than {most >> 20} MB when unpacked")
        try:
            return self._zip.read(name)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
            raise DocumentError("damaged: a part of it cannot be read") from error

    def windows(self, name: str) -> Iterator[bytes]:
        """A member piece by piece, each with the end of the one before: for what is looked for in
        a member that is too large to be held.

        Raises:
            DocumentError: it is damaged.
        """
        before = b""
        try:
            with self._zip.open(name) as member:
                while piece := member.read(_WINDOW):
                    yield before + piece
                    before = piece[-_OVERLAP:]
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
            raise DocumentError("damaged: a part of it cannot be read") from error

    def tree(self, name: str) -> Any:
        """The root of a member's XML; None where there is none."""
        data = self.read(name)
        return parsed(data) if data else None


def parsed(data: bytes) -> Any:
    """The root of some XML.

    Raises:
        DocumentError: it is none, or defines entities, which office files and books never do.
    """
    from lxml import etree  # type: ignore[import-untyped]

    # Not `recover`: it leaves out what it does not understand, and says nothing.
    if b"<!ENTITY" in data:
        raise DocumentError("it defines XML entities, which are not followed")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentError("damaged: a part of it cannot be read") from error
    if root is None:
        raise DocumentError("damaged: a part of it cannot be read")
    return root


def local(element: Any) -> str:
    """The name of an element without its name space."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """An attribute by its name without name space; empty where there is none."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""


def inherited(own: Mapping[str, _Said], above: Mapping[str, str]) -> dict[str, _Said]:
    """What styles say, each with what it is based on: those that say nothing themselves are as the
    nearest above them that does.

    Args:
        own: what styles say themselves.
        above: for a style, the one it is based on.
    """
    found = dict(own)
    silent: set[str] = set()
    for key in above:
        chain: dict[str, None] = {}
        one = key
        while one not in found and one in above and one not in chain and one not in silent:
            chain[one] = None
            one = above[one]
        if one in found:
            found.update(dict.fromkeys(chain, found[one]))
        else:
            silent.update(chain)
    return found
