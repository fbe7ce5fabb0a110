"""Formulas (OMML, MathML) and raised numbers on one line: a power is not to look like a larger
number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from qa.formats.zipped import attribute, local

RAISED, LOWERED = "^", "_"
_POWER = re.compile(r"[-+−–]?(?:\d+(?:[.,/]\d+)*|[ijkmnpqtxyz])")
"""What cannot be told from the number that it stands behind; not the letters of ``1st``, ``2e``."""
_RELATIONS = frozenset("=<>≤≥≈≠≡∼→⇒⇔∈±×")
_LARGE = frozenset("∑∏∫∮⋃⋂⨁⨂")
_SIGNS = {
    # Function application, times, separator and plus that are not seen.
    0x2061: None, 0x2062: "·", 0x2063: None, 0x2064: None,
    # What OpenOffice wrote before version 3: signs of its own font. Found beside the formulas'
    # sources in `user_guide_en.odt` of Dmaths.
    0xE083: "+", 0xE084: "<", 0xE085: ">", 0xE086: "≤", 0xE08B: "…", 0xE08C: "→", 0xE091: None,
    0xE098: None, 0xE09E: "(", 0xE09F: ")",
    **{0xE0AC + at: letter for at, letter in enumerate("ΓΔΘΛΞΠΣΥΦΨΩαβγδεζηθικλμνξοπρστυφχψω")},
}  # fmt: skip


def script(before: str, text: str, mark: str, after: str = "") -> str:
    """What raised or lowered words are on one line: ``10`` and ``2`` are ``10^2``. Where that is no
    number behind another (``H2O``, ``km2``, ``1st``), they stay as they are.

    Args:
        before: what stands before them.
        text: the words.
        mark: `RAISED` or `LOWERED`.
        after: what follows: ``5``, ``1`` and ``/`` begin ``5 1/2``.
    """
    if not before[-1:].isdigit() or not _POWER.fullmatch(text.rstrip()):
        return text
    if mark == RAISED and after[:1] in ("/", "⁄"):
        return f" {text}"
    blank = text[len(text.rstrip()) :]
    return f"{mark}{_grouped(text)}{blank}"


def on_one_line(runs: Iterable[tuple[str, str]]) -> str:
    """Words put together from runs with their mark: `RAISED`, `LOWERED` or none."""
    merged = [
        ("".join(text for text, _ in some), mark)
        for mark, some in groupby((run for run in runs if run[0]), key=lambda run: run[1])
    ]
    told = ""
    parts: list[str] = []
    for number, (text, mark) in enumerate(merged):
        after = merged[number + 1][0] if number + 1 < len(merged) else ""
        told = script(told, text, mark, after) if mark else text
        parts.append(told)
    return "".join(parts)


def mathml(element: Any) -> str:
    """A formula of a page, a book or an OpenDocument file, as `formula` has those of Office."""
    tag = local(element).rpartition(":")[2]
    parts = [mathml(one) for one in element if isinstance(one.tag, str)]
    if tag in ("annotation", "annotation-xml", "mphantom"):
        return ""
    if tag in ("mi", "mn", "mo", "mtext", "ms"):
        text = " ".join("".join(element.itertext()).translate(_SIGNS).split())
        return f" {text} " if tag == "mo" and text in _RELATIONS else text
    if tag == "mspace":
        return " "
    if tag == "semantics":
        return parts[0] if parts else ""
    if tag == "msqrt":
        return f"√{_grouped(''.join(parts))}"
    if tag == "mfenced":
        own = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
        inner = own.get("separators", ",")[:1].join(parts)
        return f"{own.get('open', '(')}{inner}{own.get('close', ')')}"
    wanted = {"mfrac": 2, "mroot": 2, "msup": 2, "msub": 2, "msubsup": 3, "munder": 2, "mover": 2,
              "munderover": 3}.get(tag)  # fmt: skip
    if wanted is None or len(parts) != wanted:
        between = "; " if tag == "mtable" else " " if tag in ("mtr", "mlabeledtr") else ""
        return between.join(filter(None, parts))
    if tag == "mfrac":
        return f"{_grouped(parts[0])}/{_grouped(parts[1])}"
    if tag == "mroot":
        return f"{parts[1]}√{_grouped(parts[0])}"
    base = _grouped(parts[0]) if set(parts[0]) & set("/+-−") else parts[0]
    marks = (RAISED,) if tag in ("msup", "mover") else (LOWERED, RAISED)
    behind = " " if parts[0] in _LARGE else ""
    return base + "".join(map(_raised, marks, parts[1:])) + behind


def formula(element: Any) -> str:
    """A formula in words and signs: ``(x + a)^n``, ``a/b``, ``√(2)``, ``∑_(k=1)^n k``."""
    tag = local(element)
    if tag == "t":
        return element.text or ""
    if tag in ("f", "sSup", "sSub", "sSubSup", "sPre", "rad", "nary", "d", "limLow", "limUpp"):
        parts = {local(one): formula(one) for one in element}
        base, sub, sup = (parts.get(name, "") for name in ("e", "sub", "sup"))
        if tag == "f":
            return f"{_grouped(parts.get('num', ''))}/{_grouped(parts.get('den', ''))}"
        if tag == "d":
            inner = f"{_sign(element, 'sepChr', '|')}".join(
                formula(one) for one in element if local(one) == "e"
            )
            return f"{_sign(element, 'begChr', '(')}{inner}{_sign(element, 'endChr', ')')}"
        if tag == "rad":
            return f"{parts.get('deg', '')}√{_grouped(base)}"
        if tag == "nary":
            return f"{_sign(element, 'chr', '∫')}{_raised('_', sub)}{_raised('^', sup)} {base}"
        if tag in ("limLow", "limUpp"):
            return base + _raised("_" if tag == "limLow" else "^", parts.get("lim", ""))
        if tag == "sPre":
            return f"{_raised('_', sub)}{_raised('^', sup)}{base}"
        base = _grouped(base) if set(base) & set("/+-−") else base
        return f"{base}{_raised('_', sub)}{_raised('^', sup)}"
    if tag == "func":
        return " ".join(filter(None, (formula(one) for one in element)))
    between = "; " if tag in ("eqArr", "m") else " " if tag == "mr" else ""
    return between.join(filter(None, (formula(one) for one in element if isinstance(one.tag, str))))


def _sign(element: Any, name: str, usual: str) -> str:
    """What a property of an element says, which may be nothing."""
    for properties in element:
        if local(properties).endswith("Pr"):
            for one in properties:
                if local(one) == name:
                    return attribute(one, "val")
    return usual


def _raised(mark: str, part: str) -> str:
    return mark + _grouped(part) if part.strip() else ""


def _grouped(part: str) -> str:
    part = part.strip()
    bracketed = part.startswith("(") and part.find(")") == len(part) - 1
    return part if len(part) < 2 or part.isalnum() or bracketed else f"({part})"
