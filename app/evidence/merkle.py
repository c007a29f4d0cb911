"""That one event lies under a seal, shown without the others: the audit path of RFC 6962 §2.1.1, and the way up. Pure.

The tree is the one whose root `journal.seals` signs.
"""

from collections.abc import Sequence

from app.journal.seals import above, leaf, node


def path(digests: Sequence[str], index: int) -> list[str]:
    """What stands beside the leaf on its way up to the root."""
    level, beside = [leaf(digest) for digest in digests], []
    while len(level) > 1:
        if index ^ 1 < len(level):
            beside.append(level[index ^ 1].hex())
        level, index = above(level), index // 2
    return beside


def root(digest: str, index: int, size: int, beside: Sequence[str]) -> str | None:
    """The root that a leaf leads to by its path; None if it is no path of a tree of this size."""
    found, left = leaf(digest), list(beside)
    if not 0 <= index < size:
        return None
    while size > 1:
        if index ^ 1 < size:
            if not left:
                return None
            other = bytes.fromhex(left.pop(0))
            found = node(other, found) if index % 2 else node(found, other)
        index, size = index // 2, (size + 1) // 2
    return None if left else found.hex()
