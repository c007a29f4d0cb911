"""`python -m bench`: see README.md."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.request import Request as Ask
from urllib.request import urlopen

import typer

from bench import profiling, report
from bench.load import NEW_ID, new_id
from bench.rounds import Workload, compare
from bench.servers import Server, Site, postgresql
from bench.workloads import MAIN_JOB, WANTED

HOUSE: Final = "house_sqlite"

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
Seconds = Annotated[float, typer.Option(help="How long each turn lasts.")]
Rounds = Annotated[int, typer.Option(help="Turns of each server.")]


@app.command()
def main_job(
    seconds: Seconds = 3.0,
    rounds: Rounds = 5,
    only: Annotated[str, typer.Option(help="Workloads, separated by commas.")] = ",".join(MAIN_JOB),
    *,
    postgres: Annotated[bool, typer.Option(help="Also the house on PostgreSQL.")] = True,
) -> None:
    """The main job on every server: the house on both databases, bare FastAPI, and Starlette with sqlite3 by hand."""
    chosen = [MAIN_JOB[name] for name in only.split(",")]
    kept: list[Any] = []
    with ExitStack() as stack:
        site = Site(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))))
        house = stack.enter_context(site.house(HOUSE, "", 20_000))
        servers = [house, stack.enter_context(site.bare_sqlite(house))]
        answers = {workload.name: answer(house, workload) for workload in chosen}
        servers.append(stack.enter_context(site.bare_fastapi(answers, house)))
        if postgres:
            url = stack.enter_context(postgresql())
            servers.append(stack.enter_context(site.house("house_postgresql", url, 20_000)))
        for workload in chosen:
            found = compare(workload, servers, seconds, rounds)
            report.show_comparison(found, HOUSE, ("bare_sqlite", WANTED[workload.name]))
            kept.append(found.as_json())
    report.console.print(f"{report.keep('main-job', kept)}")


@app.command()
def profile(
    workload: Annotated[str, typer.Argument(help=", ".join(MAIN_JOB))],
    requests: Annotated[int, typer.Option(help="How many to look at.")] = 300,
    lines: Annotated[int, typer.Option(help="Lines of the profile.")] = 40,
    order: Annotated[str, typer.Option(help="tottime or cumtime.")] = "tottime",
) -> None:
    """Where a request's time goes, on SQLite and in this process."""
    profiling.profile(MAIN_JOB[workload], requests, lines, order)


def answer(server: Server, workload: Workload) -> bytes:
    """What the house says to the workload's first request."""
    asked = workload.job(server, 1.0).requests[0]
    body = NEW_ID.sub(new_id, asked.body.encode()) or None
    if workload.photo:
        return b'{"sha256":"%s","bytes":3145728,"content_type":"image/jpeg","width":2000,"height":1500}' % (b"0" * 64)
    headers = {"Authorization": f"Bearer {asked.token}", "Content-Type": "application/json"}
    url = f"http://127.0.0.1:{server.port}{asked.path}"
    with urlopen(Ask(url, body, headers, method=asked.method)) as said:
        content: bytes = said.read()
    return content


if __name__ == "__main__":
    app()
