"""Writes the table of Swedish holidays from the library `holidays`: `python -m infra.holiday_table`.

The library is for tests and for making the table: all countries of the world are of no use in a function's zip.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from holidays import DE_FACTO, PUBLIC
from holidays.countries.sweden import Sweden

TABLE = Path(__file__).resolve().parent.parent / "synpunkt/promises/data/holidays.json"
FIRST_YEAR, LAST_YEAR = 2024, 2060


def table() -> str:
    """The table as it is committed."""
    content = {
        "made_by": "python -m infra.holiday_table",
        "first_year": FIRST_YEAR,
        "last_year": LAST_YEAR,
        "public_holidays": _days(PUBLIC),
        "eves": _days(DE_FACTO),
    }
    return json.dumps(content, indent=1) + "\n"


def _days(category: str) -> Collection[str]:
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    return [day.isoformat() for day in sorted(Sweden(years=years, categories=(category,)))]


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
