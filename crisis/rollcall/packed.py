"""Ids of people in one column: int64, little-endian, as incidents.AudienceSlice holds them."""

from collections.abc import Iterable

import numpy as np


def pack(ids: Iterable[int]) -> bytes:
    return np.array(sorted(set(ids)), "<i8").tobytes()


def unpack(packed: "bytes | memoryview[int] | None") -> list[int]:
    found: list[int] = np.frombuffer(packed or b"", "<i8").tolist()
    return found
