"""Logs as lines of JSON, ours and those of the libraries alike, each with the id of its request."""

import logging
import sys
from typing import Final

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

# A fault is told with where it happened, not with the values there: they may be secrets or personal.
TOLD: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    structlog.processors.UnicodeDecoder(),
)


def configure(level: str) -> None:
    """Let this process log from `level` (DEBUG, INFO, WARNING, ERROR) upward, to its standard error."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *TOLD, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
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
