"""What the files of Office Open XML (Word, PowerPoint, Excel) have in common."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from qa.errors import DocumentError
from qa.formats.zipped import Package, local

Relations = Mapping[str, tuple[str, str]]
"""What a part refers to: id to (kind, name)."""
_PROGRAMS = ("openpyxl", "python-docx", "python-pptx", "PptxGenJS", "Un-named")
"""What programs write in the place of an author."""
_NAMED = r'"([^"]+)"|\[\$([^\]-]+)[^\]]*\]'
_UNIT = re.compile(rf"(?:{_NAMED})?\s?[#0,.?]+\s?(?:{_NAMED})?")
"""A shape of numbers with a unit: ``#,##0.00 "EUR"``."""


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


def number_shown(value: float, shape: str) -> str:
    """All digits that a sheet keeps, which is fifteen; percent and leading zeros as shown."""
    if shape.endswith("%"):
        return f"{value * 100:.12g}%"
    if (unit := _UNIT.fullmatch(shape)) and any(unit.groups()):
        before, after = unit[1] or unit[2] or "", unit[3] or unit[4] or ""
        return f"{before} {number_shown(value, '')} {after}".strip()
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        digits = str(int(value))
        return digits.zfill(len(shape)) if shape and not shape.strip("0") else digits
    return f"{value:.15g}"
