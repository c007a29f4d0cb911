"""Sets of statutory criteria, and how well findings are sorted by them."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commands.evaluation import lines
from app.commands.opening import ready_database
from app.criteria import commands
from app.criteria.commands import Keeper
from app.criteria.current import criteria_of
from app.criteria.models import LoadedSet
from app.foundation.calendar import local_date
from app.foundation.clock import now
from app.foundation.database import Database
from app.foundation.dialects import LONG
from app.inspections.labels import labels
from app.settings import Settings
from app.sorting import evaluating, learning
from app.sorting.in_force import InForce, as_released
from app.sorting.lessons import lessons
from app.sorting.patterns import alike
from app.sorting.sets import RELEASED, Holding, parsed, released
from app.sorting.text import text_sorter
from app.sorting.weighing import DATA as WEIGHTS
from app.sorting.weighing import Weights, alike_of

sorting = typer.Typer(no_args_is_help=True, help=__doc__)
sets = typer.Typer(no_args_is_help=True, help="Sets of criteria: those of the release, and those that were loaded.")
sorting.add_typer(sets, name="sets")

SetFile = Annotated[Path, typer.Argument(help="One set, as docs/criteria-sets.md describes it.", exists=True)]
By = Annotated[str, typer.Option(help="Who does it, as it stands in the journal.")]


@sets.command("list")
def list_sets(*, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Every version of every set, and from when to when it holds."""
    with ready_database(Settings()) as database:
        rows = database.transact(_sets, patience=LONG)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
        return
    for row in rows:
        typer.echo(
            f"{row['name']} {row['version']}  {_span(row)}  {row['criteria']} criteria, {row['unverified']} unverified"
            f"  {row['title']}"
        )


@sets.command("check")
def check_set(file: SetFile) -> None:
    """Say whether a file could be loaded; what is wrong with it, a line each, and exit 1."""
    with ready_database(Settings()) as database:
        made, _ = database.transact(partial(commands.check, data=parsed(file)), patience=LONG)
    typer.echo(f"{made.name}: {len(made.criteria)} criteria, from {made.effective_from}: can be loaded")


@sets.command("load")
def load_set(
    file: SetFile,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Load it, and leave it off until it is switched on.")] = False,
    by: By = "app sorting sets load",
) -> None:
    """Load a set as the next version of its name, all of it or nothing. Running servers follow within seconds."""
    with ready_database(Settings()) as database:
        data = parsed(file)
        _, stamp = database.transact(partial(commands.check, data=data), patience=LONG)
        work = partial(commands.load, data=data, by=Keeper.called(by), active=not wait, checked=stamp)
        row = _write(database, work)
        _tell(database, row)


@sets.command("switch")
def switch_set(
    name: str,
    version: Annotated[int, typer.Argument(min=RELEASED + 1, help="What came with the release is always there.")],
    to: Annotated[str, typer.Argument(help="on or off", metavar="on|off")],
    by: By = "app sorting sets switch",
) -> None:
    """Put a loaded version in force, or take it out of force. Running servers follow within seconds."""
    if to not in {"on", "off"}:
        sys.exit("say on or off")
    told: dict[str, Any] = {"name": name, "version": version, "active": to == "on"}
    with ready_database(Settings()) as database:
        stamp = database.transact(partial(commands.check_switch, **told), patience=LONG)
        row = _write(database, partial(commands.switch, **told, by=Keeper.called(by), checked=stamp))
        _tell(database, row)


def _write(database: Database, work: Any) -> LoadedSet:
    row: LoadedSet = database.transact(work, writes=True, patience=LONG)
    return row


def _tell(database: Database, row: LoadedSet) -> None:
    """What became of a version, and what holds of its name now."""
    typer.echo(f"{row.name} version {row.version} is {'on' if row.active else 'off'}: {row.title}")
    for each in database.transact(_sets, patience=LONG):
        if each["name"] == row.name:
            typer.echo(f"  version {each['version']}: {_span(each)}")


def _span(row: dict[str, Any]) -> str:
    if not row["active"]:
        return "off"
    if row["since"] is None:
        return "another version holds in its place"
    return f"{row['since']} – {row['until'] or '…'}{' in force' if row['in_force'] else ''}"


def _sets(session: Session) -> list[dict[str, Any]]:
    """Every version of every set, with when it holds."""
    held = {(each.set.name, each.set.version): each for each in criteria_of(session).held}
    rows = [_row(each.name, each.version, each.title, True, held.get((each.name, each.version))) for each in released()]
    loaded = session.scalars(select(LoadedSet))
    rows += [_row(row.name, row.version, row.title, row.active, held.get((row.name, row.version))) for row in loaded]
    return sorted(rows, key=lambda row: (row["name"], row["version"]))


def _row(name: str, version: int, title: str, active: bool, held: Holding | None) -> dict[str, Any]:
    criteria = tuple(held.criteria) if held else ()
    today: date = local_date(now())
    return {
        "name": name, "version": version, "title": title, "active": active, "since": held and held.since,
        "until": held and held.until, "in_force": bool(held and held.covers(today)), "criteria": len(criteria),
        "unverified": sum(not each.verified for each in criteria),
    }  # fmt: skip


@sorting.command("evaluate")
def evaluate(
    file: Annotated[Path, typer.Argument(help="Labelled findings, one JSON object a line.", exists=True)],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    weights: Annotated[Path | None, typer.Option(help="By these weights of `learn`, not by the house's.")] = None,
) -> None:
    """Say how well labelled findings are read by the criteria in force: precision and recall, overall and by criterion,
    what went wrong and why, and which criteria nothing in the file touches."""
    labelled = evaluating.read(file.read_text("utf-8").splitlines())
    now_in_force = _in_force(Settings())
    catalogue, by_text = now_in_force.catalogue, now_in_force.by_text
    if weights is not None:
        by_text = text_sorter(catalogue, Weights.read(weights))
    judged = evaluating.judge_all(labelled, catalogue, by_text, local_date(now()))
    told = evaluating.report(judged, catalogue)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for line in lines(told):
        typer.echo(line)


@sorting.command("learn")
def learn(
    files: Annotated[list[Path], typer.Argument(help="Labelled findings.", exists=True)],
    caution: Annotated[float, typer.Option(help="Added on the side of a major hazard: less means fewer alarms.")],
    to: Annotated[Path, typer.Option(help="Where the weights are written.")] = WEIGHTS,
) -> None:
    """Learn anew how much each word speaks for a criterion, by the criteria of the release. Takes some minutes."""
    catalogue, groups = as_released().catalogue, alike_of(alike())
    reader = text_sorter(catalogue, Weights(groups, {}, frozenset(), caution, ""))
    labelled = [each for file in files for each in evaluating.read(file.read_text("utf-8").splitlines())]
    found = learning.examples(lessons(labelled, catalogue), reader, catalogue, local_date(now()))
    told = f"{len(labelled)} findings in {len(files)} files"
    weights = learning.learn(found, groups, caution, told)
    to.write_text(weights.written(), "utf-8")
    typer.echo(f"{to}: {len(weights.weights)} words and signs of {told}")


def _in_force(settings: Settings) -> InForce:
    """With the sets that were loaded, where there is a database; a developer needs none."""
    if not settings.database_url and not (settings.data_dir / "app.db").exists():
        return as_released()
    with ready_database(settings) as database:
        return database.transact(criteria_of, patience=LONG)


@sorting.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="A new file: a line for each finding that somebody decided on.")],
) -> None:
    """Write what people decided as labelled findings, as `evaluate` reads them, beside what was proposed; without names
    of persons and enterprises, as far as docs/criteria-sets.md says."""
    with ready_database(Settings()) as database, _written(file) as out:
        written = database.transact(partial(_write_labels, out=out), patience=LONG, snapshot=True)
    typer.echo(f"{file}: {written} findings")


@contextmanager
def _written(file: Path) -> Iterator[TextIO]:
    """A new file of its owner's alone; nothing is left of it if it can not be finished.

    Raises: FileExistsError.
    """
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        try:
            yield out
        except BaseException:
            file.unlink()
            raise


def _write_labels(session: Session, out: TextIO) -> int:
    """Begins anew if the transaction has to."""
    out.seek(0)
    out.truncate()
    written = 0
    for line in labels(session):
        out.write(line + "\n")
        written += 1
    return written
