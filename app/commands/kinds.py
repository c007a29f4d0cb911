"""Learning and measuring what kinds of hazards findings speak of (factor, discipline, accident)."""

from pathlib import Path
from typing import Annotated, Final

import typer

from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.sorting.describing import DATA
from app.sorting.learning_kinds import agreement, as_kinds, filled, labelled_lines, learned
from app.sorting.lexicon import lexicon
from app.sorting.wordings import general

Labelled = Annotated[list[Path], typer.Argument(help="Labelled findings, one JSON object a line.", exists=True)]
WIDTH: Final = 14


def learn_kinds(
    files: Labelled, to: Annotated[Path, typer.Option(help="Where the weights are written.")] = DATA
) -> None:
    """Learn anew which words speak of which factor, discipline and accident, from labelled findings and the standard
    wordings; takes a minute or two."""
    found = filled(line for file in files for line in labelled_lines(file))
    weights = learned([*found, *(each.model_dump(mode="json") for each in general())], lexicon())
    to.write_text(as_kinds(weights), "utf-8")
    typer.echo(f"{to}: {len(weights.weights)} words and signs of {weights.learned_from}")


def evaluate_kinds(files: Labelled) -> None:
    """Say how often the proposed factor, discipline and accident agree with labelled findings, where both say one."""
    lines = [line for file in files for line in labelled_lines(file)]
    for key, (labelled, said, right) in agreement(lines, lexicon(), local_date(now())).items():
        typer.echo(
            f"{key:{WIDTH}} {labelled} labelled, proposed {said / max(labelled, 1):.1%},"
            f" agree {right / max(said, 1):.1%} of what was proposed, {right / max(labelled, 1):.1%} of all"
        )
