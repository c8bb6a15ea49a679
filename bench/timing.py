"""Timing look-ups beside each other, so that a machine that slows down slows them all."""

from __future__ import annotations

import time
from collections.abc import Callable

ROUNDS = 7

Position = tuple[float, float]
LookUp = Callable[[float, float], object]
Times = tuple[float, float, float]  # p50, mean, p99 in µs


def times(look_ups: dict[str, LookUp], positions: list[Position]) -> dict[str, Times]:
    """Give p50, mean and p99 of each look-up, of the best of seven rounds for each position, taken in turns."""
    clock = time.perf_counter_ns
    best = {name: [10**12] * len(positions) for name in look_ups}
    for _ in range(ROUNDS):
        for name, look_up in look_ups.items():
            own = best[name]
            for number, (lat, lon) in enumerate(positions):
                start = clock()
                look_up(lat, lon)
                took = clock() - start
                if took < own[number]:
                    own[number] = took
    found = {}
    for name, values in best.items():
        values.sort()
        n = len(values)
        found[name] = values[n // 2] / 1e3, sum(values) / n / 1e3, values[n * 99 // 100] / 1e3
    return found


def seconds(value: float) -> str:
    """A time as it is printed in a column."""
    return f"{value:6.3f} s"
