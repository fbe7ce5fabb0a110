"""One file that was compressed (gzip): what was compressed, by its name without ``.gz``."""

from __future__ import annotations

import zlib
from importlib import import_module

from qa.errors import DocumentError
from qa.formats.extracted import Extracted

MOST_BYTES = 256 << 20
_GZIP = 31
"""Window bits of zlib that expect a gzip header."""


def extract(data: bytes, name: str) -> Extracted:
    """The text of the file within.

    Raises:
        DocumentError: it is damaged, too large, or of a format that is not read.
    """
    formats = import_module("qa.formats")
    inner = name[: -len(".gz")]
    if formats.extension(inner) == ".gz" or not formats.is_known(inner):
        raise DocumentError(f"format {formats.extension(inner)}.gz is not read")
    unpacked = bytearray()
    rest = data
    while rest:  # several that were put behind each other are one
        unpack = zlib.decompressobj(_GZIP)
        try:
            unpacked += unpack.decompress(rest, MOST_BYTES + 1 - len(unpacked))
        except zlib.error as error:
            if unpacked and not rest.startswith(b"\x1f\x8b"):
                break  # padding behind the end
            raise DocumentError("damaged: it cannot be unpacked") from error
        if len(unpacked) > MOST_BYTES:
            raise DocumentError(f"larger than {MOST_BYTES >> 20} MB when unpacked")
        if not unpack.eof:
            raise DocumentError("damaged: its end is missing")
        rest = unpack.unused_data
    found = formats.extract(bytes(unpacked), inner)
    assert isinstance(found, Extracted)
    return found
