"""A path leads to the root that seals sign, and no other leaf, place or path does."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from app.evidence import merkle
from app.journal.seals import merkle_root


def digests(size: int) -> list[str]:
    return [hashlib.sha256(bytes([n])).hexdigest() for n in range(size)]


@given(st.integers(1, 70), st.data())
def test_every_leaf_leads_to_the_root(size: int, data: st.DataObject) -> None:
    leaves, index = digests(size), data.draw(st.integers(0, size - 1))
    path, root = merkle.path(leaves, index), merkle_root(leaves)
    assert merkle.root(leaves[index], index, size, path) == root
    elsewhere = data.draw(st.integers(0, size + 3).filter(lambda n: n != index))
    assert merkle.root(leaves[index], elsewhere, size, path) != root
    assert merkle.root(digests(size + 1)[-1], index, size, path) != root
    assert merkle.root(leaves[index], index, size, [*path, leaves[0]]) != root
    if path:
        assert merkle.root(leaves[index], index, size, path[1:]) != root
