"""The Merkle tree of a day's digests, as RFC 6962, section 2.1, defines it.

A leaf is hashed with a zero byte before it, a node with a one, so that no node can be shown as a
row. The digest of a row is its leaf already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Literal

SIZE: Final = 32
PART: Final = 1024
"""Leaves in a part: a power of two, so that the tree over the parts is the tree over the leaves."""

_EMPTY: Final = sha256(b"").digest()


@dataclass(frozen=True)
class TreeStep:
    """A step from a leaf towards the root: the neighbour, and on which side it is."""

    side: Literal["left", "right"]
    digest: bytes


def leaf(salt: bytes, content: str) -> bytes:
    """Return the digest of a row from its salt and its content, as the database computes it."""
    return sha256(b"\x00" + salt + content.encode()).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


@dataclass
class Tree:
    """A tree that grows leaf by leaf; it keeps one digest for each of its heights."""

    count: int = 0
    _peaks: list[bytes] = field(default_factory=list)  # of whole trees, the largest first

    def add(self, digest: bytes) -> None:
        """Add a leaf, or the root of a whole part where all leaves are such."""
        grown = self.count
        while grown & 1:
            digest = node(self._peaks.pop(), digest)
            grown >>= 1
        self._peaks.append(digest)
        self.count += 1

    def root(self) -> bytes:
        if not self._peaks:
            return _EMPTY
        *others, found = self._peaks
        for peak in reversed(others):
            found = node(peak, found)
        return found


def root(digests: Sequence[bytes]) -> bytes:
    """Return the root over `digests`."""
    tree = Tree()
    for digest in digests:
        tree.add(digest)
    return tree.root()


def path(digests: Sequence[bytes], index: int) -> list[TreeStep]:
    """Return the steps from the leaf at `index` to the root over `digests`, the lowest first.

    Raise `IndexError` where there is no such leaf.
    """
    if not 0 <= index < len(digests):
        raise IndexError(index)
    if len(digests) == 1:
        return []
    half = 1 << (len(digests) - 1).bit_length() - 1  # the largest power of two below the length
    if index < half:
        return [*path(digests[:half], index), TreeStep("right", root(digests[half:]))]
    return [*path(digests[half:], index - half), TreeStep("left", root(digests[:half]))]


def climb(digest: bytes, steps: Sequence[TreeStep]) -> bytes:
    """Return the root to which `steps` lead from a leaf."""
    for step in steps:
        left, right = (step.digest, digest) if step.side == "left" else (digest, step.digest)
        digest = node(left, right)
    return digest
