"""Write docs/quality.md and docs/reliability.svg from saved runs of `qa eval`.

Usage: ``python tests/benchmarks/quality.py RUN.json...``, each from ``qa eval SET --json``, over
whole sets. Needs matplotlib. The weights of the confidence are fitted on samples of squad2-dev and
clapnq (`fit_reader.py`): on those two the calibration is the better for it, on others not.
"""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from qa.measures import calibration_error

DOCS = Path(__file__).parents[2] / "docs"


def table(runs: list[dict[str, Any]]) -> str:
    """The figures of all runs, side by side."""
    names = list(dict.fromkeys(name for run in runs for name in run["figures"]))
    lines = [
        "| | " + " | ".join(run["set"] for run in runs) + " |",
        "|---|" + "---|" * len(runs),
        "| questions, passages | "
        + " | ".join(f"{run['questions']:,}, {run['passages']:,}" for run in runs)
        + " |",
    ]
    for name in names:
        cells = []
        for run in runs:
            one = run["figures"].get(name)
            cells.append(f"{one['value']:.3f} ({one['low']:.3f}–{one['high']:.3f})" if one else "")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    spent = [run["milliseconds"] for run in runs]
    lines.append(
        "| question to answer, ms: p50, p95 | "
        + " | ".join(f"{one['p50']:.0f}, {one['p95']:.0f}" for one in spent)
        + " |"
    )
    return "\n".join(lines)


def expected(runs: list[dict[str, Any]]) -> str:
    """The calibration error that chance gives a confidence that is exactly right, of each set."""
    rng = np.random.default_rng(0)
    said = []
    for run in runs:
        sure = np.array([row["confidence"] for row in run["rows"]])
        errors = [calibration_error(sure, rng.random(len(sure)) < sure) for _ in range(2000)]
        mean, most = np.mean(errors), np.quantile(errors, 0.95)
        said.append(f"{mean:.3f} on {run['set']} (95 % of the time at most {most:.3f})")
    return ",\n".join(said)


def draw(runs: list[dict[str, Any]]) -> None:
    """Claimed against true, a line a set; the size of a point is the number of questions."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "qa", "svg.fonttype": "none", "font.size": 9})
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(4.2, 4.0))
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, linestyle="--")
    for run in runs:
        bins = run["reliability"]
        total = sum(one["questions"] for one in bins)
        x, y = ([one[key] for one in bins] for key in ("confidence", "share"))
        line = axes.plot(x, y, linewidth=1, label=run["set"])[0]
        areas = [600 * one["questions"] / total for one in bins]
        axes.scatter(x, y, areas, color=line.get_color())
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share that has an answer")
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(DOCS / "reliability.svg", metadata={"Date": None})


def main() -> None:
    runs = [json.loads(Path(name).read_text("utf-8")) for name in sys.argv[1:]]
    commit = subprocess.run(
        ["git", "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    sets = " ".join(f"{run['set']}.json" for run in runs)
    today = datetime.datetime.now(datetime.UTC).date()
    text = f"""# Quality

Measured on {today} at commit {commit}, with the default settings (threshold
{runs[0]["threshold"]}), by `qa eval SET --json` over each whole set, and
`python tests/benchmarks/quality.py {sets}`. In brackets 95 %
intervals (bootstrap over questions).

{table(runs)}

`answer f1`, `exact match` and `evidence f1` are of the best guess, refused or not; `overall f1`
and `answer shown` count what the threshold refuses. The weights of sentence and confidence are
fitted on 2,260 questions of squad2-dev and on all of clapnq (`fit_reader.py`; held out half by
half, clapnq has AUROC 0.906); mtrag-dev had no part in that. The network has seen none of the
three. About half of the questions of the first two have an answer, of those of mtrag-dev 92 %:
the confidence cannot know that and is too low there. A confidence that is exactly right has a
calibration error too, by chance:
{expected(runs)}.

![Confidence against the share of questions that have an answer](reliability.svg)
"""
    (DOCS / "quality.md").write_text(text, "utf-8")
    draw(runs)


if __name__ == "__main__":
    main()
