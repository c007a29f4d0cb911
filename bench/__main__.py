"""`python -m bench`: see README.md."""

import tempfile
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.request import Request as Ask
from urllib.request import urlopen

import typer

from bench import (
    duties,
    load,
    pictures,
    printing,
    profiling,
    proposing,
    report,
    seeking,
    sending,
    sorting,
    walks,
    workbooks,
)
from bench.likenesses import Pool
from bench.load import NEW_ID, Outcome, new_id
from bench.rounds import Workload, compare
from bench.servers import Server, Site, postgresql
from bench.workloads import MAIN_JOB, WANTED

HOUSE: Final = "house_sqlite"
ON_POSTGRESQL: Final = "house_postgresql"
PHONES: Final = 8
READERS: Final = 4
PAUSE: Final = 0.05  # seconds that somebody looks at a page before the next

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
        site = _site(stack)
        house = stack.enter_context(site.house(HOUSE, "", 20_000))
        servers = [house, stack.enter_context(site.bare_sqlite(house))]
        answers = {workload.name: answer(house, workload) for workload in chosen}
        servers.append(stack.enter_context(site.bare_fastapi(answers, house)))
        if postgres:
            url = stack.enter_context(postgresql())
            servers.append(stack.enter_context(site.house(ON_POSTGRESQL, url, 20_000)))
        for workload in chosen:
            found = compare(workload, servers, seconds, rounds)
            report.show_comparison(found, HOUSE, ("bare_sqlite", WANTED[workload.name]))
            kept.append(found.as_json())
    report.console.print(f"{report.keep('main-job', kept)}")


@app.command("proposals")
def proposed_by_text(most: Annotated[int, typer.Option(help="How many findings.")] = 500) -> None:
    """What words propose: milliseconds a finding, and for risk lists of several sizes."""
    found = proposing.measure(most)
    for name, taken in found.items():
        if name != "findings":
            report.console.print(f"{name}: median {taken['median']:.3f} ms, 99th of a hundred {taken['p99']:.3f} ms")
    report.console.print(f"{report.keep('proposals', [found])}")


@app.command("sorting")
def sorting_by_text(rounds: Annotated[int, typer.Option(help="Turns of each.")] = 3) -> None:
    """Reading findings: milliseconds each, beside one pass of a regular expression over the same text."""
    found = sorting.measure(rounds)
    for name in ("house", "one regex pass"):
        report.console.print(
            f"{name}: median {found[name]['median']:.3f} ms, 99th of a hundred {found[name]['p99']:.3f} ms"
        )
    report.console.print(f"{found['findings']} findings, {found['ratio']:.2f} times one pass")
    report.console.print(f"{report.keep('sorting', [found])}")


@app.command()
def sizes(
    rows: Annotated[str, typer.Option(help="Hazards in the county, separated by commas.")] = "20000,200000,2000000",
    seconds: Seconds = 3.0,
    rounds: Rounds = 3,
    *,
    postgres: Annotated[bool, typer.Option(help="Also the house on PostgreSQL.")] = True,
) -> None:
    """The open-major list as the county fills: the same page of a town that has a tenth of all hazards."""
    kept: list[Any] = []
    for count in map(int, rows.split(",")):
        with ExitStack() as stack:
            site = _site(stack)
            house = stack.enter_context(site.house(HOUSE, "", count))
            servers = [house, stack.enter_context(site.bare_sqlite(house, copied=False))]
            if postgres:
                servers.append(stack.enter_context(site.house(ON_POSTGRESQL, stack.enter_context(postgresql()), count)))
            workload = replace(MAIN_JOB["list"], title=f"open-major list, 50 rows of {count:,}")
            found = compare(workload, servers, seconds, rounds)
        report.show_comparison(found, HOUSE, ("bare_sqlite", WANTED["list"]))
        kept.append({"rows": count} | found.as_json())
    report.console.print(f"{report.keep('sizes', kept)}")


@app.command()
def beside_uploads(
    seconds: Seconds = 10.0,
    *,
    postgres: Annotated[bool, typer.Option(help="Also the house on PostgreSQL.")] = True,
) -> None:
    """How long a page takes while 8 phones upload photos: as fast as this machine can, and a photo a second each."""
    kept: list[Any] = []
    with ExitStack() as stack:
        site = _site(stack)
        servers = [stack.enter_context(site.house(HOUSE, "", 20_000))]
        if postgres:
            servers.append(stack.enter_context(site.house(ON_POSTGRESQL, stack.enter_context(postgresql()), 20_000)))
        for server in servers:
            for phones, rest in (("nobody uploads", None), ("a photo a second each", 1.0), ("as fast as can be", 0.0)):
                page, photos = beside(server, seconds, rest)
                kept.append({"server": server.name, "phones": phones, "page": asdict(page), "photos": photos})
    rows = [
        [each["server"], each["phones"], f"{each['photos']:.1f}", *(f"{each['page'][n]:.1f}" for n in ("p50", "p99"))]
        for each in kept
    ]
    title = f"A page of 50 rows for {READERS} readers, each every {PAUSE} s, while {PHONES} phones upload"
    report.show(title, ["server", "phones", "photos/s", "page p50 ms", "page p99 ms (< 50)"], rows)
    report.console.print(f"{report.keep('beside-uploads', kept)}")


@app.command()
def uploads(seconds: Seconds = 4.0, rounds: Rounds = 3) -> None:
    """Photos of 3 MB by each way, to a folder and to S3, beside what only writes, hashes and syncs them."""
    with ExitStack() as stack:
        sending.show(sending.measure(_site(stack), stack, seconds, rounds))


def beside(server: Server, seconds: float, rest: float | None) -> tuple[Outcome, float]:
    """The page's outcome, and how many photos a second came in beside it; nobody uploads if `rest` is None."""
    page = replace(MAIN_JOB["list"].job(server, seconds), connections=READERS, pause=PAUSE)
    load.run(replace(page, seconds=1.0))
    if rest is None:
        return load.run(page), 0.0
    photos = replace(MAIN_JOB["photo"].job(server, seconds), connections=PHONES, pause=rest)
    uploading, reading = load.start(photos), load.start(page)
    return load.finish(reading, page), load.finish(uploading, photos).per_second


@app.command("pictures")
def time_pictures(rounds: Annotated[int, typer.Option(help="Times that each is done.")] = 7) -> None:
    """How long a photo of 12 megapixels takes: judged, thumbnail, display, HEIC and AVIF, watermark."""
    found = list(pictures.measured(rounds))
    rows = [[each.what, f"{each.milliseconds:.1f}", f"{each.quickest:.1f}"] for each in found]
    report.show("Photos of 12 megapixels", ["what", "median ms", "quickest ms"], rows)
    report.console.print(f"{report.keep('pictures', [each._asdict() for each in found])}")


@app.command("printing")
def time_printing(rounds: Annotated[int, typer.Option(help="Times that each is done.")] = 7) -> None:
    """Labels with codes, and the lists and cards of a post, as PDF."""
    found = list(printing.measured(rounds))
    rows = [[each.what, f"{each.milliseconds:.1f}", f"{each.quickest:.1f}"] for each in found]
    report.show("Printed on paper", ["what", "median ms", "quickest ms"], rows)
    report.console.print(f"{report.keep('printing', [each._asdict() for each in found])}")


@app.command()
def evidence(
    photos: Annotated[int, typer.Option(help="Photos that the others are sought among.")] = 1_000_000,
    pictures: Annotated[int, typer.Option(help="Drawn workshops, and drawn machines, to edit and seek.")] = 100,
    folder: Annotated[Path | None, typer.Option(help="Photographs to edit and seek as well.", exists=True)] = None,
    *,
    postgres: Annotated[bool, typer.Option(help="Also on PostgreSQL.")] = True,
) -> None:
    """How surely a photo is found again that was edited, and how long that takes among very many."""
    with ExitStack() as stack:
        urls = {"sqlite": f"sqlite:///{_folder(stack)}/app.db"}
        if postgres:
            urls["postgresql"] = stack.enter_context(postgresql())
        pool = Pool.drawn()
        kept = {name: seeking.seek(url, pool, photos, pictures, folder) for name, url in urls.items()}
    report.console.print(f"{report.keep('evidence', kept)}")


@app.command("duties")
def time_duties(
    enterprises: Annotated[str, typer.Option(help="How many, separated by commas.")] = "100,400,1600,6400",
    rounds: Annotated[int, typer.Option(help="Times that each is asked, if that does not take long.")] = 5,
    seconds: Seconds = 2.0,
    *,
    postgres: Annotated[bool, typer.Option(help="Also on PostgreSQL.")] = True,
) -> None:
    """The summary of a year of duties as enterprises become more, beside one pass over the inspections; a phone's."""
    found = []
    for name in ("sqlite", "postgresql") if postgres else ("sqlite",):
        for many in map(int, enterprises.split(",")):
            with ExitStack() as stack:
                url = "" if name == "sqlite" else stack.enter_context(postgresql())
                found.append(duties.measure(name, url, many, rounds, seconds, _site(stack)))
    duties.show(found)


@app.command("walks")
def time_walks(
    enterprises: Annotated[str, typer.Option(help="How many, separated by commas.")] = "100,400",
    rounds: Annotated[int, typer.Option(help="Times that each is asked.")] = 5,
    *,
    postgres: Annotated[bool, typer.Option(help="Also on PostgreSQL.")] = True,
) -> None:
    """Signs of box-ticking in a month of reports, and a campaign's coverage, as enterprises become more."""
    found = []
    for name in ("sqlite", "postgresql") if postgres else ("sqlite",):
        for many in map(int, enterprises.split(",")):
            with ExitStack() as stack:
                url = "" if name == "sqlite" else stack.enter_context(postgresql())
                found.append(walks.measure(name, url, many, rounds, _site(stack)))
    walks.show(found)


@app.command("workbooks")
def time_workbooks(
    rows: Annotated[str, typer.Option(help="Of the risk list, separated by commas.")] = "5000",
    rounds: Annotated[int, typer.Option(help="Times that each is done.")] = 3,
    *,
    postgres: Annotated[bool, typer.Option(help="Also on PostgreSQL.")] = True,
) -> None:
    """A risk list by sheet: read, all new, unchanged, changed, given out; beside openpyxl and bare inserts."""
    found = []
    for name in ("sqlite", "postgresql") if postgres else ("sqlite",):
        for many in map(int, rows.split(",")):
            with ExitStack() as stack:
                folder = _folder(stack)
                url = f"sqlite:///{folder}/app.db" if name == "sqlite" else stack.enter_context(postgresql())
                found.append(workbooks.measure(name, url, many, rounds, folder))
    workbooks.show(found)


@app.command()
def profile(
    workload: Annotated[str, typer.Argument(help=", ".join(MAIN_JOB))],
    requests: Annotated[int, typer.Option(help="How many to look at.")] = 300,
    lines: Annotated[int, typer.Option(help="Lines of the profile.")] = 40,
    order: Annotated[str, typer.Option(help="tottime or cumtime.")] = "tottime",
) -> None:
    """Where a request's time goes, on SQLite and in this process."""
    profiling.profile(MAIN_JOB[workload], requests, lines, order)


def _site(stack: ExitStack) -> Site:
    return Site(_folder(stack))


def _folder(stack: ExitStack) -> Path:
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))


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
