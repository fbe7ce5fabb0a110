"""Formulas (OMML, MathML) and raised numbers on one line: a power is not to look like a larger
number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from qa.formats.zipped import attribute, local

RAISED, LOWERED = "^", "_"
_ORDINAL = re.compile(r"[^\W\d_]{2,}\.?|[adehorsªº°]\.?")
"""Letters that belong to the number that they stand behind: ``1st``, ``2e``, ``3º``."""
_FRACTION = ("/", "⁄")
_NUMBER_ENDS = (*"0123456789", ")")
_MINUS = "-+−–‐‑±"
_RELATIONS = frozenset("=<>≤≥≈≠≡∼→⇒⇔∈±×")
_BUILT = frozenset(
    ["mfrac", "msup", "msub", "msubsup", "msqrt", "mroot", "mmultiscripts", "f", "sSup", "sSub",
     "sSubSup", "rad", "sPre"]
)  # fmt: skip
"""Names of elements that end with a part which the next letter or digit would seem to go on."""
_OPENED = frozenset(["mfrac", "mn", "msqrt", "mroot", "f", "rad"])
"""Names of those that a number before them would seem to belong to."""
_MOST_DEEP = 200
_BLANKS = re.compile(r"\s+")
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
    """What raised or lowered words are on one line: ``10`` and ``2`` are ``10^2``. Where they stand
    behind no number (``H2O``, ``km2``) or are the letters of one (``1st``), they stay as they are;
    but they never become a part of the number that follows them.

    Args:
        before: what stands before them.
        text: the words.
        mark: `RAISED` or `LOWERED`.
        after: what follows: ``5``, ``1`` and ``/`` begin ``5 1/2``.
    """
    words = text.rstrip()
    blank = text[len(words) :]
    if not blank and words[-1:].isdigit() and after[:1].isdigit():
        blank = " "
    if not before.endswith(_NUMBER_ENDS) or not words[:1].strip() or _ORDINAL.fullmatch(words):
        return words + blank
    if mark == RAISED and words.isdigit() and after.lstrip()[:1] in _FRACTION:
        return f" {words}"
    if not words[0].isalnum() and words[0] not in _MINUS:  # a star, or a number in brackets
        return words + blank
    whole = words if words[-1] in ")]" else _grouped(words)
    return f"{mark}{whole}{blank}"


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


def mathml(element: Any, depth: int = 0) -> str:
    """A formula of a page, a book or an OpenDocument file, as `formula` has those of Office."""
    tag = local(element).rpartition(":")[2]
    if tag in ("annotation", "annotation-xml", "mphantom", "none", "mprescripts"):
        return ""
    if tag in ("mi", "mn", "mo", "mtext", "ms") or depth > _MOST_DEEP:
        text = _BLANKS.sub(" ", "".join(element.itertext()).translate(_SIGNS))
        text = text if tag == "mtext" else text.strip()
        return f" {text} " if tag == "mo" and text in _RELATIONS else text
    if tag == "mspace":
        return " "
    children = [one for one in element if isinstance(one.tag, str)]
    parts = [mathml(one, depth + 1) for one in children]
    if tag == "semantics":
        return parts[0] if parts else ""
    if tag == "mfenced":
        own = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
        inner = own.get("separators", ",")[:1].join(parts)
        return f"{own.get('open', '(')}{inner}{own.get('close', ')')}"
    if tag == "mmultiscripts":
        return _scripted([local(one).rpartition(":")[2] for one in children], parts)
    wanted = {"mfrac": 2, "mroot": 2, "msup": 2, "msub": 2, "msubsup": 3, "munder": 2, "mover": 2,
              "munderover": 3}.get(tag)  # fmt: skip
    if wanted is None or len(parts) != wanted:
        if tag in ("mtable", "mtr", "mlabeledtr"):
            return ("; " if tag == "mtable" else " ").join(filter(None, parts))
        row = _in_a_row(element, children, parts)
        return f"√{_grouped(row)}" if tag == "msqrt" else row
    if tag == "mfrac":
        return f"{_grouped(parts[0])}/{_grouped(parts[1])}"
    if tag == "mroot":
        return f"{parts[1]}√{_grouped(parts[0])}"
    marks = (RAISED,) if tag in ("msup", "mover") else (LOWERED, RAISED)
    behind = " " if parts[0] in _LARGE else ""
    return _base(parts[0]) + "".join(map(_raised, marks, parts[1:])) + behind


def _in_a_row(element: Any, children: list[Any], parts: list[str]) -> str:
    """Parts beside one another, with what stands bare between them: apart where the next would be
    read as more of the one before (``5 1/2``, ``e^2 x``)."""
    told = " ".join((element.text or "").split())
    built = False
    for one, part in zip(children, parts, strict=True):
        tag = local(one).rpartition(":")[2]
        told += _gap(told, built, tag, part) + part + " ".join((one.tail or "").split())
        built = tag in _BUILT and bool(part)
    return told


def _gap(told: str, built: bool, tag: str, part: str) -> str:
    """A blank where a part would be read as more of what stands before it: of a number, or of one
    of `_BUILT` (``built``)."""
    opened = tag in _OPENED and told[-1:].isdigit()
    return " " if opened or (built and part[:1].isalnum()) else ""


def _scripted(tags: list[str], parts: list[str]) -> str:
    """A base with pairs of indices and powers behind it, and before it behind ``mprescripts``."""
    cut = tags.index("mprescripts") if "mprescripts" in tags else len(parts)
    behind, before = parts[1:cut], parts[cut + 1 :]
    told = _base(parts[0]) if parts else ""
    marked = [
        "".join(_raised((LOWERED, RAISED)[at % 2], part) for at, part in enumerate(some))
        for some in (before, behind)
    ]
    return f"{marked[0]}{' ' * bool(marked[0])}{told}{marked[1]}"


def _base(part: str) -> str:
    """What is raised to a power, in brackets where only its last part would seem to be."""
    return _grouped(part) if set(part) & set("/+-−^") else part


def formula(element: Any, depth: int = 0) -> str:
    """A formula in words and signs: ``(x + a)^n``, ``a/b``, ``√(2)``, ``∑_(k=1)^n k``."""
    tag = local(element)
    if tag == "t" or depth > _MOST_DEEP:
        return "".join(element.itertext())
    if tag in ("f", "sSup", "sSub", "sSubSup", "sPre", "rad", "nary", "d", "limLow", "limUpp"):
        parts = {local(one): formula(one, depth + 1) for one in element}
        base, sub, sup = (parts.get(name, "") for name in ("e", "sub", "sup"))
        if tag == "f":
            return f"{_grouped(parts.get('num', ''))}/{_grouped(parts.get('den', ''))}"
        if tag == "d":
            inner = f"{_sign(element, 'sepChr', '|')}".join(
                formula(one, depth + 1) for one in element if local(one) == "e"
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
        return f"{_base(base)}{_raised('_', sub)}{_raised('^', sup)}"
    if tag == "func":
        return " ".join(filter(None, (formula(one, depth + 1) for one in element)))
    between = "; " if tag in ("eqArr", "m") else " " if tag == "mr" else ""
    told, built = "", False
    for one in element:
        part = formula(one, depth + 1) if isinstance(one.tag, str) else ""
        name = local(one)
        told += (between if told and part else "") + _gap(told, built, name, part) + part
        built = name in _BUILT if part else built
    return told


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
    return part if len(part) < 2 or part.isdigit() or bracketed else f"({part})"
