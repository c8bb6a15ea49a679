"""What can be reported, as Open311 lists it: discovery, services and their definitions."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from synpunkt.http import Problem
from synpunkt.responsibility import Category
from synpunkt.stores.registry import RegistryStore
from synpunkt.texts import text

# When what stands here last changed in a way that a client has to know of.
CHANGED_AT = "2026-11-22T00:00:00Z"
_DATATYPES = {
    "text": "text",
    "number": "number",
    "yes_no": "singlevaluelist",
    "choice": "singlevaluelist",
    "several": "multivaluelist",
}


def discovery(stage: str, public_url: str, language: str) -> dict[str, Any]:
    """Where this service is, in which formats, and how a key is had."""
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": f"{public_url}/open311/v2",
        "changeset": CHANGED_AT,
        "type": "production" if stage == "prod" else "test",
        "formats": ["text/xml", "application/json"],
    }
    return {
        "changeset": CHANGED_AT,
        "contact": text("georeport.contact", language, url=public_url),
        "key_service": text("georeport.key_service", language, url=public_url),
        "endpoints": [endpoint],
    }


def services(registry: RegistryStore, code: str | None, language: str) -> list[dict[str, Any]]:
    """What people may report in a municipality; without one, the national set."""
    profile = registry.profile(code) if code else None
    return [
        {
            "service_code": each.category,
            "service_name": each.name[language],
            "description": f"{group.name[language]} – {each.name[language]}",
            "metadata": bool(each.questions),
            "type": "realtime",
            "keywords": ",".join((*each.keywords["sv"], *each.keywords["en"])),
            "group": group.name[language],
            "extended_attributes": {
                "kind": each.kind.value,
                "visibility": each.visibility.value,
                "department": each.department,
            },
        }
        for group in registry.groups(profile)
        for each in group.categories
    ]


def definition(registry: RegistryStore, code: str | None, service_code: str, language: str) -> dict[str, Any]:
    """What more may be told about one service. Raises `Problem` (404) for one that is not offered there."""
    about = registry.category(registry.profile(code) if code else None, service_code)
    if about is None or not about.enabled:
        raise Problem(HTTPStatus.NOT_FOUND, "service_not_found")
    return {"service_code": about.category, "attributes": _attributes(about, language)}


def _attributes(about: Category, language: str) -> list[dict[str, Any]]:
    return [
        {
            "variable": True,
            "code": each["id"],
            "datatype": _DATATYPES[each["type"]],
            # Never: a report without answers is a report.
            "required": False,
            "datatype_description": text(f"georeport.datatype.{each['type']}", language),
            "order": order,
            "description": each["text"][language],
            "values": _values(each, language),
        }
        for order, each in enumerate(about.questions, start=1)
    ]


def _values(question: Mapping[str, Any], language: str) -> list[dict[str, str]]:
    if question["type"] == "yes_no":
        return [{"key": key, "name": text(f"georeport.{key}", language)} for key in ("true", "false")]
    return [{"key": each["id"], "name": each["name"][language]} for each in question["options"]]
