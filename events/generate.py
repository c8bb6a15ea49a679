"""Writes the schemas, the catalogue and the AsyncAPI document from the contract: `python -m events.generate`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from events.catalogue import CATALOGUE
from events.contract import DATA, Envelope

HERE = Path(__file__).parent
SCHEMA = "https://json-schema.org/draft/2020-12/schema"
_PAGE = """# Events

Past-tense facts about cases. Written by `python -m events.generate` from `contract.py` and `catalogue.py`; each folder
holds the JSON Schema and an example of one type. `asyncapi.json` describes the same for tools.

| event | what happened | sent by | rooms that listen |
|---|---|---|---|
{rows}

A municipality's systems receive every event whose `audience` names it. Drop duplicates by `event_id`, sort by
`sequence` within a case, and never wait for a gap to fill: some entries are not for you. Ignore fields you do not
know. Within a version, fields are only added.
"""


def schema_of(event_type: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one event with its envelope. Unknown extra fields are allowed, always."""
    schema = Envelope.model_json_schema()
    data = DATA[event_type].model_json_schema()
    definitions = {**schema.pop("$defs", {}), **data.pop("$defs", {})}
    schema["properties"] = {**schema["properties"], "type": {"const": event_type}, "data": data}
    schema["title"] = event_type
    schema["description"] = CATALOGUE[event_type].meaning
    return {"$schema": SCHEMA, **schema, **({"$defs": definitions} if definitions else {})}


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document: one channel per municipality, every event a message on it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Synpunkt events",
            "version": "1.0.0",
            "description": "What a municipality's systems receive: ids and facts, never names or free text.",
        },
        "channels": {
            "municipality": {
                "address": "synpunkt-{stage}-municipality-{code}",
                "description": "The SNS topic of one municipality, made when it joins. At least once, in any order.",
                "parameters": {"stage": {}, "code": {"description": "SCB code, four digits"}},
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in CATALOGUE},
            }
        },
        "operations": {"receive": {"action": "receive", "channel": {"$ref": "#/channels/municipality"}}},
        "components": {
            "messages": {
                name: {
                    "name": name,
                    "summary": entry.meaning,
                    "contentType": "application/json",
                    "payload": {"$ref": f"./{name}/v1.schema.json"},
                }
                for name, entry in CATALOGUE.items()
            }
        },
    }


def catalogue_page() -> str:
    """The catalogue for people."""
    rows = [
        f"| [{name}]({name}/) | {entry.meaning} | {', '.join(entry.senders)} | {', '.join(entry.listeners)} |"
        for name, entry in CATALOGUE.items()
    ]
    return _PAGE.format(rows="\n".join(rows))


def files() -> Mapping[Path, str]:
    """Every generated file with its content."""
    written = {HERE / name / "v1.schema.json": _json(schema_of(name)) for name in CATALOGUE}
    return {**written, HERE / "asyncapi.json": _json(asyncapi()), HERE / "README.md": catalogue_page()}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path, content in files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")
