"""The run of `python -m bench evidence`: on one database, everything that is sought, and what it took."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image

from app.evidence import prints
from app.foundation.database import Database
from app.foundation.schema import upgrade
from bench import report
from bench.likenesses import Found, Kept, Pool, Tally, machine, others, photographs, small, sought, workshop

COLUMNS = ["edit", "sought", "near by print", "found", "recall", "wrong", "precision"]


def seek(url: str, pool: Pool, photos: int, pictures: int, folder: Path | None) -> dict[str, Any]:
    """Fill a database, seek in it, show what was found; and everything as JSON would have it."""
    database = Database(url)
    upgrade(database.engine)
    kept, times = Kept(database, pool), list[Found]()
    began = time.perf_counter()
    kept.fill(photos)
    told: dict[str, Any] = {"photos": photos, "seconds_to_fill": time.perf_counter() - began}
    sets = {
        "drawn workshops": [workshop(seed) for seed in range(pictures)],
        "drawn machines": [machine(seed, 0) for seed in range(pictures)],
    }
    if folder:
        sets["photographs"] = photographs(folder)
    named = {name: _named(kept, originals) for name, originals in sets.items()}
    for name, originals in named.items():
        tallies = list(sought(kept, originals, times))
        if name == "drawn machines":
            tallies.append(others(kept, list(originals), times))
        _show(f"{database.engine.dialect.name}: {len(originals)} {name} among {photos:,}", tallies)
        told[name] = [asdict(tally) for tally in tallies]
    told["ms"] = _times(times, database.engine.dialect.name, photos)
    database.engine.dispose()
    return told


def _named(kept: Kept, originals: Sequence[Image.Image]) -> dict[str, Image.Image]:
    """Those with something on them, which are kept, by the names that they are kept under."""
    drawn = [(original, made) for original in originals if prints.sketched(made := small(original))]
    return dict(zip(kept.add([made for _, made in drawn]), (original for original, _ in drawn), strict=True))


def _show(title: str, tallies: Sequence[Tally]) -> None:
    report.show(title, COLUMNS, [tally.row() for tally in tallies])


def _times(times: Sequence[Found], name: str, photos: int) -> dict[str, dict[str, float]]:
    """Milliseconds of searching (the database) and of comparing (Pillow), and how many were compared."""
    taken = {
        "search, ms": [1000 * found.searching for found in times],
        "compare, ms": [1000 * found.comparing for found in times],
        "near by print": [float(len(found.near)) for found in times],
        "looked at closely": [float(found.looked_at) for found in times],
    }
    told = {
        what: {"p50": statistics.median(values), "p99": statistics.quantiles(values, n=100)[98], "max": max(values)}
        for what, values in taken.items()
    }
    rows = [[what, *(f"{value:.1f}" for value in each.values())] for what, each in told.items()]
    report.show(f"{name}: {len(times)} photos sought among {photos:,}", ["", "p50", "p99", "max"], rows)
    return told
