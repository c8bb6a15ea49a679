"""Reading what `geodata/build.py` wrote into `data/`; its provenance.json says from what.

The reader is outside that folder, so a zip that leaves the data out can still import what it does not call.
"""

import os

_FOLDER = os.path.join(os.path.dirname(__file__), "data")


def package_data(name: str) -> bytes:
    """Give the bytes of one file of the data folder."""
    # importlib.resources would cost more to import than the whole index to read
    with open(os.path.join(_FOLDER, name), "rb") as file:
        return file.read()
