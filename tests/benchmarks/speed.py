"""All of the speed figures in one run: writes docs/speed.md and docs/speed.svg.

Usage: ``python tests/benchmarks/speed.py WORK [--sizes N,N,...] [--set SET ...]``. WORK is a
directory for the indexes (4 GB with a million passages), kept for the next run. SET: see `scale`.
Runs `timings`, `memory` and `scale`, each in processes of their own, one after the other, and
needs matplotlib.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
Row = dict[str, Any]


def run(script: str, *arguments: str) -> Row:
    """The JSON line that a script prints last."""
    command = [sys.executable, str(HERE / script), *arguments]
    print("$", script, *arguments, flush=True)
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    print(output, flush=True)
    return json.loads(output.strip().splitlines()[-1])


def machine() -> str:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    name = names[0] if names else platform.processor()
    return f"{os.cpu_count()} cores of {name}, Python {platform.python_version()}"


def commit() -> str:
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=10"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def tables(timings: Row, memory: list[Row], scale: list[Row]) -> str:
    """The figures in Markdown."""

    def three(name: str) -> str:
        middle, least, most = timings[name]
        return f"{middle:.2f} s ({least:.2f}\u2013{most:.2f})"

    def both(row: Row, step: str) -> str:
        return f"{row[step]['p50']:.1f}, {row[step]['p95']:.1f} ms"

    lines = [
        "| from a cold process | median of five |",
        "|---|---|",
        f"| first frame of the app | {three('first_frame_s')} |",
        f"| unchanged folder of 10,000 files | {three('unchanged_s')} |",
        f"| `qa ask` on `corpus/`, to its end | {three('ask_s')} |",
        f"| smallest sentence-transformers script | {three('script_s')}, "
        f"{timings['script_s'][0] / timings['ask_s'][0]:.1f} times as long |",
        "",
        "| passages | search | read | question to answer, p50, p95 | recall@10 "
        "| memory | bytes a passage |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {row['passages']:,} | {both(row, 'search')} | {both(row, 'read')} "
            f"| {both(row, 'total')} | {row['recall_at_10']:.3f} "
            f"| {row['peak_mb']} MB | {row['bytes_per_passage']:,} |"
            for row in scale
        ),
        "",
        "| passages indexed | largest memory meanwhile |",
        "|---|---|",
        *(f"| {row['passages']:,} | {row['peak_mb']} MB |" for row in memory),
    ]
    return "\n".join(lines)


def plot(scale: list[Row], file: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "qa", "svg.fonttype": "none", "font.size": 9})
    from matplotlib import pyplot

    figure, (time, size) = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    sizes = [row["passages"] for row in scale]
    for step in ("total", "read", "search"):
        time.plot(sizes, [row[step]["p50"] for row in scale], marker="o", label=step)
    time.plot(sizes, [row["total"]["p95"] for row in scale], "k:", label="total, p95")
    time.set(xscale="log", yscale="log", xlabel="passages", ylabel="ms", title="A question, p50")
    time.legend()
    size.plot(sizes, [row["peak_mb"] for row in scale], marker="o", label="memory while asking")
    disk = [row["bytes_per_passage"] * row["passages"] / 1e6 for row in scale]
    size.plot(sizes, disk, marker="o", label="index on disk")
    size.set(xscale="log", yscale="log", xlabel="passages", ylabel="MB", title="Memory and disk")
    size.legend()
    figure.savefig(file, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--set", action="append", default=[])
    arguments = parser.parse_args()
    import matplotlib  # noqa: F401 - rather fail now than after half an hour

    timings = run("timings.py")
    memory = [run("memory.py", str(count)) for count in (10_000, 100_000)]
    scale = []
    for size in arguments.sizes.split(","):
        sets = [part for folder in arguments.set for part in ("--set", folder)]
        command = ["scale.py", str(arguments.work), "--passages", size, *sets]
        found = run(*command)
        if "built_s" in found:
            found = run(*command)  # built by the last; the files are read into memory by this
        scale.append(run(*command))
    names = "".join(f" --set {Path(folder).name}" for folder in arguments.set)
    text = f"""# Speed

Measured on {datetime.date.today()} at commit {commit()}, {machine()}, by
`python tests/benchmarks/speed.py WORK --sizes {arguments.sizes}{names}`.

{tables(timings, memory, scale)}

![Cost against size](speed.svg)

What is measured is said in `tests/benchmarks/timings.py`, `scale.py` and `memory.py`; the second
of two runs of `scale.py` is shown, with the index's files in memory.
"""
    (ROOT / "docs" / "speed.md").write_text(text, "utf-8")
    plot(scale, ROOT / "docs" / "speed.svg")


if __name__ == "__main__":
    main()
