"""How well the text of office files, books, marked-up text and notebooks is extracted.

Give it a folder with files (any depth); see ``extraction.md`` for those that were measured::

    python tests/benchmarks/extraction_documents.py FOLDER [--least 2000]

Each is compared with what a program that is not ours makes of it: pandoc, or LibreOffice (as PDF
through pdftotext, or as CSV) for slides and sheets. Prints the table of ``extraction.md`` and the
files where least agrees. *Characters*: the share of the reference's characters that stand in a run
of 20 of ours, and of ours in one of the reference's, blanks and marks left out.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
import time
import unicodedata
from collections import defaultdict
from pathlib import Path
from statistics import mean, median

from extraction import compare

from qa.errors import DocumentError
from qa.formats import extract

RUN = 20
PAGE = 1800
"""Characters of a page."""
READERS = {
    "docx": "docx", "odt": "odt", "epub": "epub", "tex": "latex", "org": "org", "rst": "rst",
    "rtf": "rtf", "ipynb": "ipynb", "md": "markdown",
}  # fmt: skip
"""What pandoc calls the formats that it reads."""
SHEETS = ("xlsx", "ods")
SLIDES = ("pptx", "odp")


def letters(text: str) -> str:
    """Letters and digits only."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def shared(text: str, other: str) -> float:
    """The share of the characters of ``text`` in a run that ``other`` has too."""
    known = {other[at : at + RUN] for at in range(max(1, len(other) - RUN + 1))}
    covered = 0
    last = 0
    for at in range(max(1, len(text) - RUN + 1)):
        if text[at : at + RUN] in known:
            covered += min(len(text), at + RUN) - max(last, at)
            last = at + RUN
    return covered / len(text) if text else 1.0


def reference(file: Path) -> str:
    """What another program makes of it."""
    ending = file.suffix[1:].lower()
    if ending in READERS:
        command = ["pandoc", "-f", READERS[ending], "-t", "plain", "--wrap=none", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=file.parent)
        return done.stdout
    with tempfile.TemporaryDirectory() as directory:
        wanted = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
        wanted = wanted if ending in SHEETS else "pdf"
        command = [
            "soffice",
            "--headless",
            "--convert-to",
            wanted,
            "--outdir",
            directory,
            str(file),
        ]
        subprocess.run(command, capture_output=True, timeout=120)
        texts = []
        for made in sorted(Path(directory).iterdir()):
            if made.suffix == ".pdf":
                done = subprocess.run(["pdftotext", str(made), "-"], capture_output=True, text=True)
                texts.append(done.stdout)
            else:
                texts.append(made.read_text("utf-8", "replace"))
        return "\n".join(texts)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--least", type=int, default=2000, help="characters of a reference")
    arguments = parser.parse_args()
    for tool in ("pandoc", "soffice", "pdftotext"):
        if not shutil.which(tool):
            print(f"{tool} is not installed: files that need it are left out")
    found = defaultdict(list)
    worst = []
    for file in sorted(path for path in arguments.folder.rglob("*") if path.is_file()):
        ending = file.suffix[1:].lower()
        if ending not in (*READERS, *SHEETS, *SLIDES):
            continue
        begun = time.perf_counter()
        try:
            theirs = reference(file)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"{file.name}: no reference: {error}")
            continue
        their_time = time.perf_counter() - begun
        if len(theirs) < arguments.least:
            continue
        begun = time.perf_counter()
        try:
            ours = extract(file.read_bytes(), file.name).text
        except DocumentError as error:
            print(f"{file}: {error}")
            ours = ""
        our_time = time.perf_counter() - begun
        recall, precision = compare(theirs, ours)
        one, other = letters(theirs), letters(ours)
        pages = max(1.0, len(theirs) / PAGE)
        row = (
            recall, precision, shared(one, other), shared(other, one),
            1000 * our_time / pages, 1000 * their_time / pages, pages,
        )  # fmt: skip
        found[ending].append(row)
        worst.append((min(row[2], row[3]), row, file))
    print("| format | files | pages | words: recall / precision | characters: recall / precision |"
          " lowest | ms a page | the other |")  # fmt: skip
    print("|" + "---|" * 8)
    for ending, rows in sorted(found.items()):
        columns = list(zip(*rows, strict=True))
        low = min(min(row[2], row[3]) for row in rows)
        print(
            f"| {ending} | {len(rows)} | {sum(columns[6]):.0f} |"
            f" {mean(columns[0]):.3f} / {mean(columns[1]):.3f} |"
            f" {mean(columns[2]):.3f} / {mean(columns[3]):.3f} | {low:.2f} |"
            f" {median(columns[4]):.1f} | {median(columns[5]):.0f} |"
        )
    print("\nwhere least agrees:")
    for low, row, file in sorted(worst)[:25]:
        print(f"{low:.2f} {' '.join(f'{value:.2f}' for value in row)} {file}")


if __name__ == "__main__":
    main()
