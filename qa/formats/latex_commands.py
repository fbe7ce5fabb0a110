"""What the commands and environments of LaTeX mean, by their names."""

from __future__ import annotations

import re
import unicodedata

from qa.formats.formulas import LOWERED, RAISED

_GREEK = re.compile(r"(var)?([A-Za-z])([a-z]+)")
SECTIONS = {
    "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5,
    "subparagraph": 6,
}  # fmt: skip
DROPPED = {
    **dict.fromkeys((
        "label", "ref", "eqref", "pageref", "autoref", "cref", "Cref", "nameref", "cite", "citep",
        "citet", "citealp", "citeauthor", "citeyear", "parencite", "textcite", "autocite",
        "footcite", "nocite", "include", "input", "includegraphics", "bibliography",
        "bibliographystyle", "addbibresource", "usepackage", "RequirePackage", "documentclass",
        "vspace", "index", "pagestyle", "thispagestyle", "pagenumbering", "hypersetup",
        "color", "selectlanguage", "hyphenation", "graphicspath", "newcounter",
        "stepcounter", "refstepcounter", "markboth", "title", "author", "date", "geometry",
        "newif", "captionsetup", "lstset", "cline", "cmidrule", "fontsize", "thanks",
        "linespread", "url",
    ), 1),
    **dict.fromkeys((
        "newcommand", "renewcommand", "providecommand", "setlength", "addtolength", "setcounter",
        "addtocounter", "newtheorem", "DeclareMathOperator", "pdfbookmark", "rule", "setkeys",
    ), 2),
    **dict.fromkeys((
        "newenvironment", "renewenvironment", "addcontentsline", "definecolor",
    ), 3),
    **dict.fromkeys((
        "textcolor", "href", "hyperref", "hyperlink", "hypertarget", "raisebox", "scalebox",
    ), -1),
    **dict.fromkeys(("multicolumn", "multirow"), -2),
}  # fmt: skip
"""Commands by how many of their arguments are no words; negative: the next one is."""
SCRIPTS = {"textsuperscript": RAISED, "textsubscript": LOWERED}
SIGNS = {
    "ldots": "…", "dots": "…", "textellipsis": "…", "textendash": "–", "textemdash": "—",
    "S": "§", "P": "¶", "copyright": "©", "textregistered": "®", "texttrademark": "™",
    "pounds": "£", "euro": "€", "texteuro": "€", "textdegree": "°", "degree": "°",
    "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å",
    "AA": "Å", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "textbackslash": "\\", "textasciitilde": "~",
    "textasciicircum": "^", "textbar": "|", "textless": "<", "textgreater": ">", "LaTeX": "LaTeX",
    "TeX": "TeX", "BibTeX": "BibTeX", "LaTeXe": "LaTeX2e", "textquotedblleft": "“",
    "textquotedblright": "”", "textquoteleft": "‘", "textquoteright": "’", "textquotesingle": "'",
    "times": "×", "cdot": "·", "pm": "±", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠",
    "neq": "≠", "approx": "≈", "sim": "~", "infty": "∞", "to": "→", "rightarrow": "→",
    "leftarrow": "←", "Rightarrow": "⇒", "in": "∈", "sum": "∑", "prod": "∏", "int": "∫",
    "partial": "∂", "nabla": "∇", "sqrt": "√", "forall": "∀", "exists": "∃", "mid": "|", "ll": "≪",
    "simeq": "≃", "equiv": "≡", "hbar": "ℏ", "ell": "ℓ", "notin": "∉", "subset": "⊂", "lim": "lim",
    "log": "log", "sin": "sin", "cos": "cos", "exp": "exp", "max": "max", "min": "min",
    "lbrace": "{", "rbrace": "}", "langle": "⟨", "rangle": "⟩", "vert": "|", "prime": "′",
    "quad": " ", "qquad": " ", "space": " ", "left": "", "right": "", "cup": "∪", "cap": "∩",
}  # fmt: skip
ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "d": "\u0323",
    "b": "\u0331", "k": "\u0328", "r": "\u030a",
}  # fmt: skip
LOOKS = frozenset([
    "mathbf", "mathrm", "mathit", "mathcal", "mathbb", "mathsf", "mathtt", "boldsymbol", "text",
    "textrm", "textbf", "textit", "mbox", "hbox", "limits", "nolimits", "displaystyle",
    "textstyle", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "operatorname",
])  # fmt: skip
"""Commands of formulas that only say how it is printed."""
PRINTED_AS_IT_IS = ("verbatim", "lstlisting", "minted", "Verbatim", "alltt")
NOT_PRINTED = ("comment", "tikzpicture", "picture", "filecontents")
TAKES = {
    **dict.fromkeys(("figure", "table", "itemize", "enumerate", "description", "algorithm",
                     "algorithmic", "center", "longtable"), 0),
    **dict.fromkeys(("minipage", "thebibliography", "multicols", "alignat", "spacing",
                     "adjustwidth", "subfigure", "column"), 1),
    "wrapfigure": 2, "tcolorbox": 0, "frame": 0,
}  # fmt: skip
"""Environments whose options are no words, with how many arguments are none either."""
WIDE = ("tabularx", "tabulary")
UNITS = {
    "kilo": "k", "milli": "m", "micro": "µ", "nano": "n", "centi": "c", "mega": "M", "giga": "G",
    "gram": "g", "metre": "m", "meter": "m", "second": "s", "litre": "L", "liter": "L",
    "kelvin": "K", "celsius": "°C", "degreeCelsius": "°C", "percent": "%", "volt": "V",
    "ampere": "A", "watt": "W", "joule": "J", "newton": "N", "pascal": "Pa", "hertz": "Hz",
    "mole": "mol", "hour": "h", "minute": "min", "day": "d", "degree": "°", "ohm": "Ω",
    "per": "/", "squared": "²", "cubed": "³", "tonne": "t", "byte": "B", "bit": "bit",
    "kg": "kg", "m": "m", "s": "s", "km": "km", "cm": "cm", "mm": "mm", "g": "g",
}  # fmt: skip
"""Of the package siunitx; others are called by their names."""
QUANTITIES = {"SI": 1, "qty": 1, "si": 0, "unit": 0, "SIrange": 2, "qtyrange": 2}
"""Commands whose last argument is a unit, with how many numbers stand before it."""
TABLES = ("tabular", "tabularx", "tabulary", "longtable", "array", "tabu")
FORMULAS = ("equation", "align", "gather", "multline", "eqnarray", "displaymath", "math")
MARKS = {"---": "—", "--": "–", "``": "“", "''": "”", "~": " ", "{": "", "}": ""}
LETTERS = {"\\": "\n", ",": " ", ";": " ", ":": " ", " ": " ", "\n": " ", "!": "", "-": "",
            "/": "", "@": "", }  # fmt: skip


def greek(name: str) -> str:
    """The letter of that name; nothing where there is none."""
    match = _GREEK.fullmatch(name)
    if not match:
        return ""
    case = "CAPITAL" if match[2].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {case} LETTER {match[2]}{match[3]}".upper())
    except KeyError:
        return ""
