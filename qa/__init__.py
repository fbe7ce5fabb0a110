"""Ask your own documents: quoted, cited answers without a language model.

::

    from qa import Assistant

    with Assistant.open("~/papers") as assistant:
        answer = assistant.ask("Who was told about it, and when?")
        for citation in answer.citations:
            print(citation.quote, citation.path, citation.line_start)

The way of a question::

    file -> Document -> Chunks -> store (passages, vectors) -> derived indexes     indexing
    question -> Hits -> Evidence -> Statements with Citations -> Answer            asking
    Citation -> verified against the file as it is now                             checking

Rooms, each importing only those below it (a test holds them to it):

=================  ============================================================
cli, cli_desk      arguments; the commands of the researcher's desk
terminal           streams, exit codes, what the commands share
output             answers as text and JSON
serving            the app in a browser on this machine
doctor             what is installed, which model, does it load, how fast
evaluation         the questions of a labelled set asked, and how good the answers are
tui, ui            the Textual app
saved              citations read from answers, conversations, exports
export             conversations as Markdown, HTML, JSON, W3C annotations
bibliography       the documents cited, as BibTeX and CSL-JSON
citation_style     the line that names a source, by the user's template
wording            how things are said, on the command line and in the app alike
assistant          the façade: open, update, ask, verify
answering          a question understood, searched, read; what was found put together
extremes           the row of a table that has most or least of something
comparison         of the rows of a table those that have most or least
tables             the tables of a document, and what their cells say
statements         evidence -> statements: what says the same said once, what differs marked
spelling           words of a question as the documents spell them
refusal            why there is no answer
overview           what answers a question about the whole: central sentences, mentions, parts
text_reader        the reader for any text, without an index
other_readers      readers and rerankers of other makers, by name or path
reader             hits -> evidence: which sentences answer
confidence         measures to probabilities: how surely one answers, how surely any does
sentence_network   scores sentences with the reader's network
sentence_model     that network, in torch: trained there, converted from there
sentence_batch     what goes into it, and what comes out
retriever          question -> ranked hits: dense and lexical, fused
indexing           bring an index in step with a folder
index              the store and the indexes derived from it, kept in step
vectors            search by vector, derived from the store: a base and what came since
vector_base        how the base is built: FAISS lists, trained, filled, recall measured
vector_file        its file: written list by list, mapped into memory
lexical            full text, derived from the store; the only importer of tantivy
store              documents, passages, vectors: the one source of truth
database           its SQLite file: opening, following, transactions
index_files        locks of an index directory, and what goes wrong there, in words
conversations      kept on disk: list, search, go on, rename, delete
records            answers written down and read again
verification       what has become of citations: their words looked for in the files
citations          make citations, check them, say where they stand
chunking           Document -> Chunks
figures            what its rows say: figures, intervals, what changes between two runs
labelled           questions whose answers are known: BEIR folders, YAML files
compiled_encoder   text -> unit vectors, by a model compiled for this processor
encoder            the same by sentence-transformers, and what an encoder is
compiled           torch networks compiled by OpenVINO and kept
quantized          their matrix products in 8-bit integers
documents          folder -> Documents, and why a file was skipped
formats            one loader a format
layout             paragraphs, items, rows, entries of a text, and their sentences
text               offset and line arithmetic, texts made safe to show
superlatives       what a question asks the most or least of
several            several questions in one, and their answers as one
scope              the documents to which a question limits itself
whole              questions about the whole, told by their form; documents meant
list_answers       whether a question asks for the whole of a list, or an item by its number
parts              clauses, sections, versions asked for by number or name
asked              a question taken apart, and how a sentence agrees with it
signs              what a question asks for that is told by certain signs only
told               sentences as they are read: rows with their columns, items with their list
lists              lists in a text, and what each sentence stands under
definitions        what a word means: asked for, and said
details            what a question pins down: a number, a date, a code
followup           what a question owes to the ones before it
config             settings
measures           figures of quality, with intervals; pure numpy
memory             given back to the system after large work
types, errors      what passes between the rooms
=================  ============================================================

Importing this package loads none of torch, faiss, tantivy or textual; a name below is
imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.compiled_encoder import CompiledEncoder
    from qa.config import Settings, load_settings
    from qa.encoder import Encoder, FakeEncoder, SentenceTransformerEncoder
    from qa.errors import QaError
    from qa.index import Index
    from qa.indexing import index_folder
    from qa.retriever import Retriever
    from qa.text_reader import Reader
    from qa.types import (
        Answer,
        Citation,
        Document,
        Evidence,
        Hit,
        Passage,
        Span,
        Statement,
        Verification,
    )

_ROOMS = {
    "Assistant": "qa.assistant",
    "Settings": "qa.config",
    "load_settings": "qa.config",
    "CompiledEncoder": "qa.compiled_encoder",
    "Encoder": "qa.encoder",
    "FakeEncoder": "qa.encoder",
    "SentenceTransformerEncoder": "qa.encoder",
    "QaError": "qa.errors",
    "Index": "qa.index",
    "index_folder": "qa.indexing",
    "Retriever": "qa.retriever",
    "Reader": "qa.text_reader",
    **dict.fromkeys(
        ("Answer", "Citation", "Document", "Evidence", "Hit", "Passage", "Span", "Statement",
         "Verification"),
        "qa.types",
    ),
}  # fmt: skip

__all__ = [
    "Answer",
    "Assistant",
    "Citation",
    "CompiledEncoder",
    "Document",
    "Encoder",
    "Evidence",
    "FakeEncoder",
    "Hit",
    "Index",
    "Passage",
    "QaError",
    "Reader",
    "Retriever",
    "SentenceTransformerEncoder",
    "Settings",
    "Span",
    "Statement",
    "Verification",
    "index_folder",
    "load_settings",
]


def __getattr__(name: str) -> object:
    if name in _ROOMS:
        return getattr(import_module(_ROOMS[name]), name)
    raise AttributeError(f"module 'qa' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
