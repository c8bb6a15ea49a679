"""Write the control positions that hold `synpunkt/places/sweref.py` to pyproj: `python -m geodata.control`.

Needs what `requirements.in` lists. The table is committed, so that the test needs no pyproj.
"""

from __future__ import annotations

import csv

import numpy as np

from geodata import source

TABLE = source.ROOT / "tests" / "unit" / "places" / "sweref.csv"
COUNT, SEED = 200, 3006


def main() -> None:
    """Draw positions over Sweden and 100 km around it, and write them in both systems."""
    rng = np.random.default_rng(SEED)
    easting = np.round(rng.uniform(170_000, 1_020_000, COUNT), 3)
    northing = np.round(rng.uniform(6_030_000, 7_780_000, COUNT), 3)
    lon, lat = source.to_wgs84(easting, northing)
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("easting", "northing", "lat", "lon"))
        for row in zip(easting, northing, lat, lon, strict=True):
            writer.writerow((f"{row[0]:.3f}", f"{row[1]:.3f}", f"{row[2]:.11f}", f"{row[3]:.11f}"))


if __name__ == "__main__":
    main()
