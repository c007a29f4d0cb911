"""What a run found, as a table for people and as a file for machines."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.rounds import Comparison

RESULTS: Final = Path(__file__).parent / "results"
console: Final = Console(width=120)


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def show_comparison(found: Comparison, of: str, wanted: tuple[str, float] | None = None) -> None:
    """The servers of one workload, each with what `of` reaches of it; the wanted ratio beside its limit."""
    rows = []
    for name, turns in found.turns.items():
        ratio = f"{found.ratio(of, name):.2f}" if name != of else ""
        if wanted and wanted[0] == name:
            ratio += f" (≥ {wanted[1]})"
        latencies = f"{found.p50(name):.1f}", f"{found.p99(name):.1f}"
        size = f"{turns[-1].outcome.bytes:,}"
        rows.append([name, f"{found.per_second(name):,.0f}", *latencies, f"{found.cpu_ms(name):.2f}", size, ratio])
    columns = ["server", "answers/s", "p50 ms", "p99 ms", "CPU ms each", "bytes", f"{of} / server"]
    show(f"{found.workload.name}: {found.workload.title}", columns, rows)


def keep(name: str, found: Any) -> Path:
    """Write what was found under `results/`."""
    RESULTS.mkdir(exist_ok=True)
    at = datetime.now(UTC)
    machine = {"python": platform.python_version(), "processors": os.cpu_count(), "load": os.getloadavg()}
    path = RESULTS / f"{name}-{at:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps({"at": at.isoformat(), "machine": machine, "found": found}, indent=1))
    return path
