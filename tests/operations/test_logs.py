"""What the server says, one line of JSON for one thing."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app.operations import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The test's own logging is put back."""
    config, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**config)
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_ours_and_the_libraries_lines_look_alike(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    with structlog.contextvars.bound_contextvars(request_id="seven"):
        structlog.get_logger("app.x").info("隐患", number=7)
        logging.getLogger("uvicorn.error").warning("started %s", "八")
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["number"], ours["request_id"], ours["level"]) == ("隐患", 7, "seven", "info")
    assert (theirs["event"], theirs["request_id"], theirs["level"]) == ("started 八", "seven", "warning")
    assert ours.keys() - {"number"} == theirs.keys() == {"event", "request_id", "level", "logger", "timestamp"}


def test_chinese_is_left_readable(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO")
    structlog.get_logger().info("隐患")
    assert "隐患" in capsys.readouterr().err


def test_the_level_decides(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("WARNING")
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    assert [line["event"] for line in lines(capsys)] == ["loud"]


def test_a_fault_is_told_without_the_values_around_it(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO")
    password = "-".join(["correct", "horse"])
    try:
        raise ValueError("no")
    except ValueError as error:
        structlog.get_logger().error("fault", exc_info=error)
    (line,) = lines(capsys)
    assert "ValueError: no" in str(line["exception"])
    assert password not in str(line)
