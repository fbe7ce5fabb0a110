"""Which part of a page is its content, and which is furniture: menus, cookie lines, share
buttons and such.

The rules look at the page alone, with no list of sites: elements and roles to which the
HTML standard gives this meaning, telling class names, and lists made of little but links.
They err towards keeping: a menu too many in the text does less harm than a lost sentence.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any

Sizes = dict[Any, tuple[int, int, int]]
"""For an element: characters of text, characters of link text, number of links."""

_ROLES = frozenset(["navigation", "banner", "contentinfo", "search", "dialog", "menu", "menubar"])
_FURNITURE = frozenset(["nav", "aside", "footer", "header", "form", "menu"])
_NAMES = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|navigation|menu|sidebar|breadcrumbs?|cookies?|consent|gdpr"
    r"|banner|share|sharing|social|newsletter|subscribe|related|recommended|popup|modal|skip"
    r"|pagination|pager|advert|advertisement|ads?|sponsored|promo|toolbar|comments?|respond"
    r"|copyright|masthead|footer)(?:$|[-_\s])",
    re.I,
)
_NAMED = frozenset(["div", "ul", "ol", "p", "td", "table", "dl", "section"])
_CONTENT = frozenset(["article", "main"])
_LISTS = frozenset(["ul", "ol"])
_MENUS = frozenset([*_LISTS, "div", "table", "section", "dl"])
_SILENT = frozenset(["script", "style", "noscript", "template"])
_PERMALINKS = frozenset("¶#§🔗")
_NOTE_LINKS = frozenset(["doc-noteref", "doc-backlink"])
_NOTE_CLASSES = frozenset(
    ["reference", "footnote", "footnote-ref", "footnote-reference", "noteref"]
)
_NOTE_NUMBER = re.compile(r"\[\w{1,3}\]|\(?(?:\d{1,3}|[*†‡])\)?")
_EPUB_TYPE = "epub:type"
_LINE = frozenset(["span", "mjx-container", "nobr"])
_MOSTLY = 0.5
_LINKS = 0.75
_LINK_LENGTH = 40


def content(body: Any) -> tuple[Any, frozenset[Any]]:
    """The element that holds a page's content, and what in it to pass over.

    What would take away half of the text is never passed over: a page that is one long
    list of links, or all of whose text stands in a form, is its own content.
    """
    sizes = _sizes(body)
    top = _main(body, sizes)
    most = _MOSTLY * sizes[top][0]
    menus = _MENUS if top is body else _LISTS  # marked content may speak in links
    unwanted = {
        element
        for element in top.iter()
        if element is not top
        and isinstance(element.tag, str)
        and sizes[element][0] <= most
        and (
            _is_hidden(element)
            or _is_furniture(element)
            or (element.tag in menus and _is_menu(sizes[element]))
        )
    }
    return top, frozenset(unwanted)


def _main(body: Any, sizes: Sizes) -> Any:
    """The one element that is marked as the main content, if it holds most of the text."""
    everything = sizes[body][0] - sizes[body][1]
    for path in (".//main|.//*[@role='main']", ".//article[not(ancestor::article)]"):
        found = body.xpath(path)
        if len(found) == 1 and sizes[found[0]][0] - sizes[found[0]][1] > _MOSTLY * everything:
            return found[0]
    return body


def _sizes(top: Any) -> Sizes:
    sizes: Sizes = {}
    for element in reversed(list(top.iter())):  # children before their parents
        if not isinstance(element.tag, str) or element.tag in _SILENT:
            sizes[element] = (0, 0, 0)
            continue
        characters, linked, links = len((element.text or "").strip()), 0, 0
        for child in element:
            size = sizes[child]
            characters += size[0] + len((child.tail or "").strip())
            linked += size[1]
            links += size[2]
        if element.tag == "a" and element.get("href") is not None:
            linked, links = characters, 1
        sizes[element] = (characters, linked, links)
    return sizes


def _is_hidden(element: Any) -> bool:
    if len(element) == 1 and element[0].tag == "math":  # for ears; eyes have a picture (MediaWiki)
        return False
    style = (element.get("style") or "").replace(" ", "").lower()
    return "display:none" in style or element.get("hidden") is not None


def _is_furniture(element: Any) -> bool:
    if element.get("role") in _ROLES:
        return True
    if element.tag in _FURNITURE:
        inside = any(parent.tag in _CONTENT for parent in element.iterancestors())
        return not (inside and element.tag in ("header", "aside"))
    if element.tag not in _NAMED:
        return False
    name = element.get("class") or ""
    if element.tag != "section" and "section" not in name:
        name += f" {element.get('id') or ''}"  # a section's is made of the words of its heading
    return bool(_NAMES.search(name))


def _is_menu(size: tuple[int, int, int]) -> bool:
    characters, linked, links = size
    return links >= 3 and linked > _LINKS * characters and characters < _LINK_LENGTH * links


def is_link_only(element: Any, anchors: Container[str | None]) -> bool:
    """Whether it only leads to this place, to a note or back from one.

    Args:
        anchors: names of the places of the page that links lead to.
    """
    if element.get("role") in _NOTE_LINKS or element.get(_EPUB_TYPE) == "noteref":
        return True
    if element.tag == "a" and len(element) == 0 and (element.text or "") in _PERMALINKS:
        return True
    if element.tag not in ("a", "sup") or len(element) != 1:
        return False
    inner = element[0]
    if {element.tag, inner.tag} != {"a", "sup"} or (element.text or inner.tail or "").strip():
        return False  # what is raised is the end of a number
    link = element if element.tag == "a" else inner
    place = link.get("href", "").partition("#")[2]
    classes = " ".join(one.get("class", "") for one in (element, inner)).split()
    named = not _NOTE_CLASSES.isdisjoint(classes) or (place and place in anchors)
    return bool(named and _NOTE_NUMBER.fullmatch("".join(element.itertext()).strip()))


def is_shown_again(element: Any) -> bool:
    """Whether it shows a formula that stands beside it as MathML (KaTeX, MathJax)."""
    parent = element.getparent()
    if element.get("aria-hidden") != "true" or parent is None or parent.tag not in _LINE:
        return False
    beside = (element.getprevious(), element.getnext())
    return any(next(one.iter("math"), None) is not None for one in beside if one is not None)
