"""Memory while indexing: must not grow with the folder.

Usage: ``python tests/benchmarks/memory.py PASSAGES``. Indexes a folder of made-up text
files (see `scale`) and prints a JSON line with the largest resident memory. One passage in eight
is encoded with the real model, in batches of the usual size; the vectors of the others are random,
to save hours.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scale import DIMENSION, PASSAGES, Synthetic

from qa import Assistant, Settings
from qa.compiled_encoder import CompiledEncoder


class Sampled(CompiledEncoder):
    """Encodes one text in eight and makes the other vectors up."""

    rng = np.random.default_rng(0)

    def encode(self, texts):
        found = self.rng.standard_normal((len(texts), DIMENSION), dtype=np.float32)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        found[::8] = super().encode(texts[::8])
        return found


def main() -> None:
    passages = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory) / "documents"
        folder.mkdir()
        synthetic = Synthetic()
        for number in range(passages // PASSAGES):
            parts = [" ".join(synthetic.sentences(10)) for _ in range(PASSAGES)]
            (folder / f"{number:06}.txt").write_text("\n\n".join(parts))
        del synthetic
        started = time.perf_counter()
        with Assistant(
            folder, Path(directory) / "index", settings=Settings(), encoder=Sampled()
        ) as assistant:
            assistant.update()
            found = assistant.counts()[1]
        taken = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"passages": found, "seconds": round(taken), "peak_mb": round(peak)}))


if __name__ == "__main__":
    main()
