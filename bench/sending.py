"""Photos of 3 MB a second by each way, beside a server and a script that only write, hash and sync the same bytes."""

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any, Final

from bench import load, report
from bench.bare_uploads import script
from bench.load import Request
from bench.rounds import Turns, Workload, by_turns
from bench.servers import PROCESSES, Server, Site
from bench.town import Town
from tests.s3 import S3, running

API: Final = "/api/v1"
CROWD: Final = 50
MEGA: Final = 1_000_000
WANTED: Final[Mapping[str, float]] = {"raw": 0.9, "tus": 0.9, "form": 0.75}
ASKED: Final[Mapping[str, tuple[str, str]]] = {
    "raw": ("PUT", f"{API}/photos/{{sha256}}"),
    "form": ("POST", f"{API}/photos"),
    "tus": ("POST", f"{API}/uploads"),
}


def workload(way: str) -> Workload:
    """Team leaders send photos that nobody has sent before."""
    method, path = ASKED[way]

    def requests(town: Town) -> list[Request]:
        return [Request(method, path, token, "{new photo}", way) for token in town.leaders.values()]

    return Workload(way, f"a photo of 3 MB, {way}", requests, photo=True)


@dataclass
class Taken(Turns):
    """What came of one store: turns by who took photos in, photos a second of the script, memory by way."""

    store: str
    script: list[float]
    grown: dict[str, float]

    def by_cpu(self, way: str) -> float:
        """How many times as fast as the bare server by processor time: what is left when no busy disk decides."""
        return median(b.cpu_ms / a.cpu_ms for a, b in zip(self.turns[way], self.turns["bare"], strict=True))

    def rows(self) -> Iterator[list[str]]:
        for name in self.turns:
            speed, cpu = self.per_second(name), self.cpu_ms(name)
            reached = ["", ""]
            if name in WANTED:
                reached = [f"{self.ratio(name, 'bare'):.2f} (≥ {WANTED[name]})", f"{self.by_cpu(name):.2f}"]
            grown = f"{self.grown[name] / MEGA:.0f}" if name in self.grown else ""
            yield [self.store, name, f"{speed:.1f}", f"{cpu:.1f}", *reached, grown]
        if self.script:
            yield [self.store, f"script × {PROCESSES}", f"{median(self.script):.1f}", "", "", "", ""]

    def as_json(self) -> dict[str, Any]:
        return {
            "store": self.store, "turns": {n: [asdict(t) for t in turns] for n, turns in self.turns.items()},
            "script": self.script, "grown": self.grown,
            "ratios": {way: self.ratio(way, "bare") for way in WANTED},
            "by_cpu": {way: self.by_cpu(way) for way in WANTED},
        }  # fmt: skip


def measure(site: Site, stack: ExitStack, seconds: float, rounds: int) -> list[Taken]:
    """Both stores: a folder, and a SeaweedFS on the same machine."""
    found = [_measure(site, stack, "folder", {}, {}, seconds, rounds)]
    place = site.folder / "s3"
    place.mkdir()
    s3 = stack.enter_context(running(place))
    found.append(_measure(site, stack, "s3", _house(s3), _bare(s3), seconds, rounds))
    return found


def show(found: list[Taken]) -> None:
    rows = [row for taken in found for row in taken.rows()]
    columns = ["store", "way", "photos/s", "CPU ms each", "of bare", "by CPU", f"MB more, {CROWD} at once"]
    report.show("Photos of 3 MB: the house by each way, beside what only writes, hashes and syncs", columns, rows)
    report.console.print(f"{report.keep('uploads', [taken.as_json() for taken in found])}")


def _measure(
    site: Site, stack: ExitStack, store: str, house_has: Mapping[str, str], bare_has: Mapping[str, str],
    seconds: float, rounds: int,
) -> Taken:  # fmt: skip
    house = stack.enter_context(site.house(f"house_{store}", "", 2000, **house_has))
    bare = stack.enter_context(site.bare_uploads(f"bare_{store}", house, **bare_has))
    takers: dict[str, tuple[Workload, Server]] = {"bare": (workload("raw"), bare)}
    takers |= {way: (workload(way), house) for way in WANTED}
    by_script: list[float] = []

    def run_script() -> None:
        if store == "folder":
            by_script.append(_script(site, seconds))

    turns = by_turns(takers, seconds, rounds, run_script)
    return Taken(turns, store, by_script, {name: _growth(*taker, seconds) for name, taker in takers.items()})


def _script(site: Site, seconds: float) -> float:
    folder = site.folder / "script"
    folder.mkdir(exist_ok=True)
    with ProcessPoolExecutor(PROCESSES) as processes:
        done = [processes.submit(script, site.picture, folder, seconds) for _ in range(PROCESSES)]
        return sum(each.result() for each in done) / seconds


def _growth(asked: Workload, server: Server, seconds: float) -> float:
    """Bytes that a crowd adds to what the server has in memory, at most."""
    before = server.memory()
    with _watching(server) as seen:
        job = asked.job(server, seconds)
        load.run(replace(job, connections=CROWD))
    return max(seen) - before


@contextmanager
def _watching(server: Server) -> Iterator[list[int]]:
    seen, over = [server.memory()], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            seen.append(server.memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
        time.sleep(0.5)


def _house(s3: S3) -> dict[str, str]:
    return {
        "BLOBS_URL": f"s3://{s3.bucket}/house", "S3_ENDPOINT": s3.endpoint, "S3_ACCESS_KEY_ID": s3.access_key,
        "S3_SECRET_ACCESS_KEY": s3.secret_key,
    }  # fmt: skip


def _bare(s3: S3) -> dict[str, str]:
    return {
        "BUCKET": f"s3://{s3.bucket}/bare", "ENDPOINT": s3.endpoint, "ACCESS_KEY": s3.access_key,
        "SECRET_KEY": s3.secret_key,
    }  # fmt: skip
