"""Formulas of Office files (OMML) on one line: a power is not to look like a larger number."""

from __future__ import annotations

from typing import Any

from qa.formats.zipped import attribute, local


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
