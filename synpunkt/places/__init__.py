"""Where: from a position to its municipality, its boundary and its spatial key. Standard library only, no I/O
but its own package data."""

from .boundaries import DATA_VERSION
from .place import Place, locate, locate_near, looks_swapped, municipality_at
from .registry import Municipality, municipalities, municipality
from .tiles import quadkey

__all__ = [
    "DATA_VERSION",
    "Municipality",
    "Place",
    "locate",
    "locate_near",
    "looks_swapped",
    "municipalities",
    "municipality",
    "municipality_at",
    "quadkey",
]
