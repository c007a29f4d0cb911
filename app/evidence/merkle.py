"""That one event lies under a seal, shown without the others: the audit path of RFC 6962 §2.1.1, and the way up. Pure.

The tree is the one that `journal.seals.merkle_root` signs.
"""

import hashlib
from collections.abc import Sequence


def path(digests: Sequence[str], index: int) -> list[str]:
    """What stands beside the leaf on its way up to the root."""
    level, beside = [_leaf(digest) for digest in digests], []
    while len(level) > 1:
        if index ^ 1 < len(level):
            beside.append(level[index ^ 1].hex())
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level, index = [_node(*pair) if len(pair) == 2 else pair[0] for pair in pairs], index // 2
    return beside


def root(digest: str, index: int, size: int, beside: Sequence[str]) -> str | None:
    """The root that a leaf leads to by its path; None if it is no path of a tree of this size."""
    found, left = _leaf(digest), list(beside)
    if not 0 <= index < size:
        return None
    while size > 1:
        if index ^ 1 < size:
            if not left:
                return None
            other = bytes.fromhex(left.pop(0))
            found = _node(other, found) if index % 2 else _node(found, other)
        index, size = index // 2, (size + 1) // 2
    return None if left else found.hex()


def _leaf(digest: str) -> bytes:
    return hashlib.sha256(b"\0" + bytes.fromhex(digest)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
