"""The process in which a HEIC or AVIF is decoded: `python -m app.photos.decoder BYTES`, with the photo as its input.

It writes every smaller picture behind its length, or ends with a code that says why not. `apart.py` starts it.
"""

import os
import resource
import struct
import sys
from contextlib import suppress
from typing import Final

from app.foundation.problems import Unavailable
from app.photos.images import Variant, as_jpeg, drawn_small
from app.photos.outlines import DamagedPhoto, UnsupportedPhoto

SECONDS: Final = 30
"""Of the processor; the largest pictures that are decoded need some ten."""

NICENESS: Final = 10

DAMAGED, UNSUPPORTED, TOO_LARGE = 3, 4, 5


def main() -> None:
    """Decode the photo once, within what this process may take."""
    resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[1]),) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        os.nice(NICENESS)
    try:
        picture = drawn_small(sys.stdin.buffer, max(variant.edge for variant in Variant))
        for variant in Variant:
            small = picture.copy()
            small.thumbnail((variant.edge, variant.edge), reducing_gap=2.0)
            content = as_jpeg(small)
            sys.stdout.buffer.write(struct.pack(">I", len(content)) + content)
    except UnsupportedPhoto:
        sys.exit(UNSUPPORTED)
    except DamagedPhoto:
        sys.exit(DAMAGED)
    except (MemoryError, Unavailable):
        sys.exit(TOO_LARGE)


if __name__ == "__main__":
    main()
