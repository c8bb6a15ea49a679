"""What `geodata/build.py` wrote; provenance.json says from what."""

import os


def package_data(name: str) -> bytes:
    """Give the bytes of one file of this folder."""
    # importlib.resources would cost more to import than the whole index to read
    with open(os.path.join(os.path.dirname(__file__), name), "rb") as file:
        return file.read()
