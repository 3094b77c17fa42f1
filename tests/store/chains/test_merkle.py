"""The tree against the values that RFC 6962's own implementation is tested with."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.chains import merkle

# The inputs and roots of the reference implementation (certificate-transparency, merkle_tree_test).
INPUTS = [
    bytes.fromhex(each)
    for each in (
        "", "00", "10", "2021", "3031", "40414243",
        "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
digests = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)


def leaf(value: bytes) -> bytes:
    return sha256(b"\x00" + value).digest()


def test_the_roots_are_those_of_the_standard() -> None:
    for count, root in enumerate(ROOTS, start=1):
        assert merkle.root([leaf(value) for value in INPUTS[:count]]).hex() == root
    assert merkle.root([]) == sha256(b"").digest()


@given(digests, st.data())
def test_a_path_leads_from_its_leaf_to_the_root_and_from_no_other(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.path(leaves, index)
    assert merkle.climb(leaves[index], path) == merkle.root(leaves)
    assert merkle.climb(leaf(b"another"), path) != merkle.root(leaves)


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40), st.sampled_from([1, 2, 4, 8]))
def test_a_tree_over_parts_is_the_tree_over_the_leaves(leaves: list[bytes], part: int) -> None:
    tree = merkle.Tree()
    for start in range(0, len(leaves), part):
        tree.add(merkle.root(leaves[start : start + part]))
    assert tree.root() == merkle.root(leaves)


def test_there_is_no_path_to_what_is_not_there() -> None:
    for index in (-1, 2):
        with pytest.raises(IndexError):
            merkle.path([leaf(b"a"), leaf(b"b")], index)
