"""The command that asks labelled questions and says how good the answers are."""

from __future__ import annotations

from pathlib import Path

import click

from qa.config import load_settings
from qa.terminal import (
    explain_errors,
    passing_line,
    print_json,
    progress_line,
    shared_options,
)


@click.command(name="eval")
@click.argument("labelled", metavar="SET", required=False)
@shared_options
@click.option("--limit", type=click.IntRange(1), help="Only the first so many questions.")
@click.option("--no-history", is_flag=True, help="Ask without what was said before a question.")
@click.option("--anew", is_flag=True, help="Do not go on where a stopped run was.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="As JSON (schema qa.eval/2; of --compare, qa.comparison/1).",
)
@click.option(
    "--compare",
    nargs=2,
    metavar="A B",
    type=click.Path(exists=True, dir_okay=False),
    help="Say what changes from saved run A to B.",
)
def evaluate(
    labelled: str | None,
    limit: int | None,
    no_history: bool,
    anew: bool,
    as_json: bool,
    compare: tuple[str, str] | None,
    **shared: str | None,
) -> None:
    """Ask the questions of SET, whose answers are known, and say how good ours are.

    \b
    qa eval questions.yaml --corpus ~/papers
    qa eval ~/sets/scifact --json > run.json
    qa eval --compare before.json after.json

    SET is a YAML file about your own documents:

    \b
    documents: ~/papers              (or use --corpus)
    questions:
    - question: Who was told?
      answer: the United Kingdom     (or a list of forms; may be left out)
      document: report.md            (or a list; may be left out)
    - question: Who won the cup?
      answerable: false

    or a folder in the layout of the BEIR benchmark: corpus.jsonl (_id, title, text), queries.jsonl
    (_id, text; also answerable, answers, history), qrels/test.tsv (query, document, grade).

    Printed with 95 % intervals, each over the questions it applies to: how well passages are
    found (recall, nDCG, MRR) and ranked once read; how well the first words match a known
    answer (F1, exact match; overall: a refusal is right where there is none); how often a known
    answer is among the quotes; how much of the known evidence is quoted (F1 of words); how well
    what has no answer is refused; whether the confidence is a probability; whether each citation
    is word for word. A run that is stopped goes on where it was.
    """
    from qa import evaluation, figures, output

    with explain_errors():
        if compare and labelled:
            raise click.UsageError("Either a SET, or two saved runs to --compare.")
        if compare:
            runs = [figures.read_run(Path(name)) for name in compare]
            changes, other = figures.compare(*runs), figures.made_otherwise(*runs)
            if as_json:
                print_json(
                    {
                        "schema": "qa.comparison/1",
                        "made otherwise": {name: list(values) for name, values in other.items()},
                        "figures": {name: change._asdict() for name, change in changes.items()},
                    }
                )
            else:
                click.echo(output.comparison_text(changes, other))
            return
        if labelled is None:
            raise click.UsageError("Name a SET, or two saved runs to --compare.")
        settings = load_settings(shared)
        with progress_line() as show, passing_line() as say:
            found = evaluation.evaluate(
                Path(labelled).expanduser(),
                settings,
                Path(shared["corpus"]).expanduser() if shared["corpus"] else None,
                limit=limit,
                conversations=not no_history,
                anew=anew,
                indexing=show,
                asking=lambda done, total, left: say(lambda: output.asking_text(done, total, left)),
            )
        if as_json:
            print_json(found)
        else:
            click.echo(output.evaluation_text(found))
