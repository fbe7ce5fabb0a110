"""What the files of Office Open XML (Word, PowerPoint, Excel) have in common."""

from __future__ import annotations

import posixpath
from typing import Any

from qa.errors import DocumentError
from qa.formats.zipped import Package, local

_PROGRAMS = ("openpyxl", "python-docx", "python-pptx", "PptxGenJS", "Un-named")
"""What programs write in the place of an author."""


def opened(data: bytes, usual: str) -> tuple[Package, Any, dict[str, tuple[str, str]]]:
    """The package, the root of the part that it is about, and what that part refers to.

    Args:
        data: all bytes of the file.
        usual: the part's name, where the package does not say.

    Raises:
        DocumentError: it is damaged or encrypted.
    """
    package = Package(data)
    named = relations_of(package, "").values()
    main = next((name for kind, name in named if kind == "officeDocument"), usual)
    root = package.tree(main)
    if root is None:
        raise DocumentError("damaged: its main part is missing")
    return package, root, relations_of(package, main)


def relations_of(package: Package, name: str) -> dict[str, tuple[str, str]]:
    """Of a part of an Office Open XML file, what it refers to: id to (kind, name)."""
    folder, base = posixpath.split(name)
    root = package.tree(posixpath.join(folder, "_rels", f"{base}.rels"))
    found = {}
    for one in root if root is not None else ():
        if isinstance(one.tag, str) and one.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", "")))
            kind = one.get("Type", "").rpartition("/")[2]
            found[one.get("Id", "")] = kind, target.lstrip("/")
    return found


def core_properties(package: Package) -> dict[str, str]:
    """Title, author, date and the like of an Office Open XML file."""
    found = relations_of(package, "").values()
    root = package.tree(next((n for kind, n in found if kind == "core-properties"), ""))
    names = {
        "title": "title", "creator": "author", "description": "description",
        "keywords": "keywords", "language": "language", "modified": "date", "created": "date",
    }  # fmt: skip
    fields: dict[str, str] = {}
    for one in root if root is not None else ():
        key, value = names.get(local(one)), (one.text or "").strip()
        if value in _PROGRAMS:
            continue
        if key and value:  # the day of the last change, rather than that of the template
            fields.setdefault(key, value[:10] if key == "date" else value)
    return fields
