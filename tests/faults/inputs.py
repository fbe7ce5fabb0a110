"""Inputs that nearly are what they should be, for hypothesis."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import strategies as st

_TOKEN = re.compile(rb"\w+|\s+|.", re.S)
_NASTY = (
    b"", b"\0", b"\xff", b"\xed\xa0\x80", b"\x1b[2J", b"\r", b"\n\n", b"'", b'"', b"\\", b"{", b"}",
    b"[", b"]", b"<", b">", b"&#0;", b"&#xD800;", b"--", b"---\n", b"0", b"-1", b"1e999", b"NaN",
    b"99999999999999999999", b"null", b"true", "\u202e".encode(), "\u2028".encode(),
    "e\u0301".encode(), "\ufeff".encode(), "𝒳".encode(),
)  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """One of ``seeds`` in which a few tokens were replaced, repeated, dropped or moved."""
    seed = draw(st.sampled_from(list(seeds)))
    tokens = _TOKEN.findall(seed)
    pieces = st.one_of(
        st.sampled_from(_NASTY), st.sampled_from(tokens or [b""]), st.binary(max_size=8),
        st.text(max_size=8).map(lambda text: text.encode("utf-8", "replace")),
    )  # fmt: skip
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(tokens) - 1)))
        length = draw(st.sampled_from((0, 1, 1, 2, 20)))
        tokens[at : at + length] = [draw(pieces)] * draw(st.sampled_from((0, 1, 1, 1, 2, 50)))
    return b"".join(tokens)
