"""Decoding in a process apart: what takes a second, with large decoders that are fed by anybody.

The process is given one picture, bounds on memory and time, and a low priority. If its decoder falls, that is the end
of this process and not of the server. The photo is its input; on Linux, where RLIMIT_DATA counts all that is allocated.
"""

import os
import struct
import subprocess
import sys
from typing import IO, Final

import structlog

from app.foundation.problems import Overloaded, Unavailable
from app.photos.decoder import DAMAGED, TOO_LARGE, UNSUPPORTED
from app.photos.images import Variant
from app.photos.outlines import MEGA, MEMORY, DamagedPhoto, UnsupportedPhoto

log = structlog.get_logger("app.photos")

OVERHEAD: Final = 150 * MEGA
"""Bytes that the process has before it decodes anything."""

PATIENCE: Final = 120
"""Seconds until a process that does not even get the processor is given up."""


def derive_all(file: IO[bytes], memory: int = MEMORY) -> dict[Variant, bytes]:
    """Every smaller picture of the photo in an open file of the system, from decoding it once.

    Raises:
        UnsupportedPhoto, DamagedPhoto: as `images.derive`; and where it needs more memory or time than there is.
        Overloaded: the machine has no time for it.
        Unavailable: no process could be started, or it was killed.
    """
    command = [sys.executable, "-m", "app.photos.decoder", str(memory + OVERHEAD)]
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    try:
        ran = subprocess.run(command, stdin=file, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise Overloaded from error
    except OSError as error:
        raise Unavailable from error
    if ran.returncode in {UNSUPPORTED, TOO_LARGE}:
        raise UnsupportedPhoto
    if ran.returncode == DAMAGED or (ran.returncode < 0 and -ran.returncode in _ITS_OWN_FAULT):
        raise DamagedPhoto
    if ran.returncode:
        said = ran.stderr.decode(errors="replace")[-500:]
        log.error("a picture could not be decoded", code=ran.returncode, said=said)
        raise Unavailable
    return dict(zip(Variant, _apart(ran.stdout), strict=True))


_ITS_OWN_FAULT: Final = {6, 7, 8, 11, 24}
"""Signals of a decoder that fell over or ran out of time: ABRT, BUS, FPE, SEGV, XCPU. KILL is somebody else's doing."""


def _apart(said: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(said):
        (length,) = struct.unpack_from(">I", said, at)
        found.append(said[at + 4 : at + 4 + length])
        at += 4 + length
    return found
