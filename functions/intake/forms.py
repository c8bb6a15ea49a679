"""The plain form of browsers without JavaScript: the same report, written as fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

_TEXT = ("kind", "category", "description", "municipality")
_REPORTER = ("name", "email", "phone", "language", "contact_by")


def fields_of(body: str) -> dict[str, str]:
    """The last value of each field that was filled in."""
    try:
        parsed = parse_qs(body, keep_blank_values=False, max_num_fields=100)
    except ValueError:
        return {}
    return {name: values[-1].strip() for name, values in parsed.items() if values[-1].strip()}


def report_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """The report as the API takes it; what was left blank is absent. A point that is no number stays text."""
    report: dict[str, Any] = {name: fields[name] for name in _TEXT if name in fields}
    location: dict[str, Any] = {name: _number(fields[name]) for name in ("lat", "lon", "accuracy_m") if name in fields}
    if "place_text" in fields:
        location["text"] = fields["place_text"]
    if "lat" in location and "method" in fields:
        location["method"] = fields["method"]
    elif location.keys() == {"text"}:
        location["method"] = "text"
    if location:
        report["location"] = location
    reporter: dict[str, Any] = {name: fields[name] for name in _REPORTER if name in fields}
    if "share_contact" in fields:
        reporter["share_contact"] = fields["share_contact"] == "yes"
    if reporter:
        report["reporter"] = reporter
    if "publish" in fields:
        report["publish"] = fields["publish"] not in ("no", "false", "0", "off")
    report["channel"] = "web"
    return report


def _number(value: str) -> float | str:
    try:
        return float(value.replace(",", "."))
    except ValueError:
        return value
