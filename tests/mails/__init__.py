"""A museum of mails as people's programs write them, with the addresses to be filled in."""

from __future__ import annotations

from pathlib import Path

WORK = "street@0180.example"


def exhibit(
    name: str, *, to: str = "svar+7kq-4m2x.aaaabbbbccccddddeeeeffff@mail.synpunkt.example", by: str = WORK
) -> bytes:
    """The raw mail of that name, sent by `by` to `to`."""
    raw = (Path(__file__).parent / f"{name}.eml").read_bytes()
    return raw.replace(b"{to}", to.encode()).replace(b"{from}", by.encode())
