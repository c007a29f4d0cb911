"""Logs as lines of JSON, ours and those of the libraries alike, each with the id of its request.

Ours do not pass the standard library's logging: every request writes a line, and that would cost most of it.
"""

import logging
import sys
from typing import Any, BinaryIO, Final

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

from app.foundation.canonical import sent, sent_plain

# A fault is told with where it happened, not with the values there: they may be secrets or personal.
TOLD: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    structlog.processors.UnicodeDecoder(),
)


class Named(structlog.BytesLogger):
    """A logger that knows its name, as those of the standard library do."""

    def __init__(self, file: BinaryIO, name: str = "app") -> None:
        super().__init__(file)
        self.name = name


def configure(level: str) -> None:
    """Let this process log from `level` (DEBUG, INFO, WARNING, ERROR) upward, to its standard error."""
    file = sys.stderr.buffer
    structlog.configure(
        processors=[*TOLD, structlog.processors.JSONRenderer(serializer=_line)],
        logger_factory=lambda *name: Named(file, *name),
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        cache_logger_on_first_use=True,
    )
    as_json = structlog.processors.JSONRenderer(ensure_ascii=False)
    written = logging.StreamHandler(sys.stderr)
    written.setFormatter(
        ProcessorFormatter(foreign_pre_chain=TOLD, processors=[ProcessorFormatter.remove_processors_meta, as_json])
    )
    logging.basicConfig(level=level.upper(), handlers=[written], force=True)
    logging.captureWarnings(True)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it remarks on each look at the revision


def _line(told: dict[str, Any], **_: Any) -> bytes:
    """What is told, as bytes of JSON; the slower way for what is not plain."""
    try:
        return sent_plain(told)
    except ValueError:
        return sent(told)
