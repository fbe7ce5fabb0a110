"""One file that was compressed (gzip): what was compressed, by its name without ``.gz``."""

from __future__ import annotations

import gzip
import io
import zlib
from importlib import import_module

from qa.errors import DocumentError
from qa.formats.extracted import Extracted

MOST_BYTES = 256 << 20


def extract(data: bytes, name: str) -> Extracted:
    """The text of the file within.

    Raises:
        DocumentError: it is damaged, too large, or of a format that is not read.
    """
    formats = import_module("qa.formats")
    inner = name[: -len(".gz")]
    if formats.extension(inner) == ".gz" or not formats.is_known(inner):
        raise DocumentError(f"format {formats.extension(inner)}.gz is not read")
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            unpacked = stream.read(MOST_BYTES + 1)
    except EOFError as error:
        raise DocumentError("damaged: its end is missing") from error
    except (OSError, zlib.error) as error:
        raise DocumentError("damaged: it cannot be unpacked") from error
    if len(unpacked) > MOST_BYTES:
        raise DocumentError(f"larger than {MOST_BYTES >> 20} MB when unpacked")
    found = formats.extract(unpacked, inner)
    assert isinstance(found, Extracted)
    return found
