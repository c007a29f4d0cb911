"""What a developer does, with nothing but Python 3.11: `python3 dev.py run`, `test`, `format`, `lock` or `clean`."""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or newer is needed")

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMP = VENV / "installed"

UV = "uv==0.13.9"
CORES = os.cpu_count() or 2
PATIENCE = 30 * 60  # seconds after which a check hangs rather than works
SERVER_SETTINGS = ("PORT", "HOST", "DATA_DIR", "WORKERS", "DATABASE_URL")


def run() -> None:
    """Serve the demo township in the foreground; the server takes this process's place, so SIGTERM reaches it."""
    install("run")
    os.chdir(ROOT)
    os.execv(BIN / "app", ["app", "serve", "--demo"])


def test() -> None:
    """Run every check; ends with a table of them and pytest's closing line."""
    install("test")
    with ThreadPoolExecutor(2) as two_at_once:
        outcomes = list(two_at_once.map(quietly, CHECKS))
    tests = aloud(TESTS)
    outcomes.append(tests)
    print(f"\n{table(outcomes)}\n\n{tests.closing_line}", flush=True)
    sys.exit(verdict(outcomes, everything_must_run=os.environ.get("CI") == "true"))


def format() -> None:
    """Put the code in shape."""
    install("test")
    call(BIN / "ruff", "format")
    call(BIN / "ruff", "check", "--fix")


def lock(*options: str) -> None:
    """Write requirements/*.lock from pyproject.toml; `lock --upgrade` takes the newest versions."""
    tools = ROOT / ".tools"
    venv.create(tools, symlinks=True, with_pip=True)
    call(tools / "bin/python", "-m", "pip", "install", "--quiet", UV)
    form = ("--universal", "--python-version=3.11", "--generate-hashes", "--no-emit-index-url", "--no-annotate")
    signed = "--custom-compile-command=python3 dev.py lock"
    compile = (tools / "bin/uv", "pip", "compile", "--quiet", *form, signed)
    call(*compile, *options, "pyproject.toml", "--group=build", "--output-file=requirements/run.lock")
    same = "--constraints=requirements/run.lock"  # what is tested is what runs
    call(*compile, *options, "pyproject.toml", "--group=test", same, "--output-file=requirements/test.lock")


def clean() -> None:
    """Remove what was installed and cached. Data stays."""
    caches = (".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis")
    node = [ROOT / f"tests/{folder}/node_modules" for folder in ("typescript", "tus")]
    for folder in (VENV, ROOT / ".tools", *node, *map(ROOT.joinpath, caches)):
        shutil.rmtree(folder, ignore_errors=True)


COMMANDS: dict[str, Callable[..., None]] = {
    command.__name__: command for command in (run, test, format, lock, clean)
}  # fmt: skip


def install(name: Literal["run", "test"]) -> None:
    """Make `.venv` hold what requirements/<name>.lock says, and this project, unless it does already."""
    enough = {stamp(name), stamp("test")}  # all that runs is also there to be tested
    if STAMP.exists() and STAMP.read_text() in enough:
        return
    print(f"Installing requirements/{name}.lock into .venv …", file=sys.stderr, flush=True)
    known = STAMP.exists() and STAMP.read_text().split()[0] == place()
    STAMP.unlink(missing_ok=True)
    venv.create(VENV, symlinks=True, with_pip=True, clear=not known)
    pip = (BIN / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    call(*pip, "--require-hashes", "--requirement", f"requirements/{name}.lock")
    call(*pip, "--no-deps", "--no-build-isolation", "--editable", ".")
    STAMP.write_text(stamp(name))


def stamp(name: str) -> str:
    """What an environment was made of: it is made anew when this changes."""
    digest = hashlib.sha256()
    for file in (f"requirements/{name}.lock", "pyproject.toml"):
        digest.update((ROOT / file).read_bytes())
    return f"{place()} {name} {digest.hexdigest()}"


def place() -> str:
    """The folder and the Python, as one word: an environment works only in the place where it was made."""
    return hashlib.sha256(f"{ROOT} {sys.version}".encode()).hexdigest()[:16]


def call(*command: str | Path) -> None:
    """Run a step that must succeed; what it says goes to the terminal."""
    code = subprocess.run(command, cwd=ROOT).returncode
    if code:
        sys.exit(f"failed with {code}: {' '.join(map(str, command))}")


@dataclass(frozen=True)
class Check:
    """Commands that all succeed when something is as it should be."""

    name: str
    commands: tuple[str, ...]
    needs: tuple[str, ...] = ()  # any of these programs
    to_get: str = ""  # how to get one


@dataclass(frozen=True)
class Outcome:
    name: str
    result: Literal["PASSED", "FAILED", "NOT RUN"]
    seconds: float = 0
    remark: str = ""
    closing_line: str = ""


CHECKS = (
    Check("types (mypy)", ("mypy",)),
    Check("form (ruff format)", ("ruff format --check",)),
    Check("lint (ruff check)", ("ruff check",)),
    Check("floors (import-linter)", ("lint-imports",)),
    Check("OpenAPI is the code's", ("app openapi --check",)),
    Check(
        "TypeScript reads the OpenAPI",
        (
            "npm --prefix tests/typescript ci --ignore-scripts --no-audit --no-fund",
            "npm --prefix tests/typescript run --silent check",
        ),
        needs=("npm",),
        to_get="apt-get install nodejs npm",
    ),
    Check(
        "tus-js-client gets photos through",
        ("npm --prefix tests/tus ci --ignore-scripts --no-audit --no-fund", "pytest -q -n 0 tests/tus"),
        needs=("npm",),
        to_get="apt-get install nodejs npm",
    ),
    Check(
        "/docs in a browser, offline",
        ("pytest -q -n 0 tests/browser",),
        needs=("chromium", "chromium-browser", "google-chrome"),
        to_get="apt-get install chromium",
    ),
)
TESTS = Check("tests (pytest)", (f"pytest -n {min(CORES, 8)} --ignore=tests/browser --ignore=tests/tus",))


def quietly(check: Check) -> Outcome:
    """Run a check; show what it said only if it failed."""
    said: list[str] = []
    outcome = judge(check, said.append)
    print(f"{outcome.result:8} {outcome.name}", *(said if outcome.result == "FAILED" else ()), sep="\n", flush=True)
    return outcome


def aloud(check: Check) -> Outcome:
    """Run a check; show what it says while it runs."""
    return judge(check, lambda line: print(line, flush=True))


def judge(check: Check, hear: Callable[[str], None]) -> Outcome:
    if check.needs and not any(map(shutil.which, check.needs)):
        return Outcome(check.name, "NOT RUN", remark=f"to get it: {check.to_get}")
    began, last = time.monotonic(), ""
    for command in check.commands:
        code, last = listen(command.split(), hear)
        if code:
            return Outcome(check.name, "FAILED", time.monotonic() - began, f"{command}: {code}", last)
    return Outcome(check.name, "PASSED", time.monotonic() - began, closing_line=last)


def listen(command: list[str], hear: Callable[[str], None]) -> tuple[int, str]:
    """Run a program of `.venv` or the machine to its end; answers its exit code and the last line that it said."""
    settings = {name: value for name, value in os.environ.items() if name not in SERVER_SETTINGS}
    settings["PATH"] = f"{BIN}{os.pathsep}{settings.get('PATH', os.defpath)}"
    program = shutil.which(command[0], path=settings["PATH"])
    if not program:
        hear(f"there is no {command[0]}")
        return 127, ""
    said, last = subprocess.PIPE, ""
    command = [program, *command[1:]]
    with subprocess.Popen(command, cwd=ROOT, env=settings, stdout=said, stderr=subprocess.STDOUT, text=True) as process:
        impatience = threading.Timer(PATIENCE, process.kill)
        impatience.start()
        for line in process.stdout or ():
            hear(line.rstrip("\n"))
            last = line.strip() or last
        impatience.cancel()
    return process.returncode, last


def table(outcomes: Sequence[Outcome]) -> str:
    width = max(len(outcome.name) for outcome in outcomes)
    return "\n".join(
        f"{outcome.name:{width}}  {outcome.result:8}  {outcome.seconds:6.1f} s  {outcome.remark}".rstrip()
        for outcome in outcomes
    )


def verdict(outcomes: Sequence[Outcome], *, everything_must_run: bool) -> int:
    """The exit code: 1 if a check failed, or if one could not run where everything must."""
    bad = {"FAILED", "NOT RUN"} if everything_must_run else {"FAILED"}
    return int(any(outcome.result in bad for outcome in outcomes))


if __name__ == "__main__":
    name, *options = sys.argv[1:] or ["help"]
    if name not in COMMANDS:
        width = max(map(len, COMMANDS))
        sys.exit("\n".join(f"python3 dev.py {name:{width}}  {command.__doc__}" for name, command in COMMANDS.items()))
    COMMANDS[name](*options)
