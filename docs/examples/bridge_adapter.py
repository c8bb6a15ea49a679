"""An adapter for a back office that nobody else has: tickets as JSON. docs/bridge.md explains it line by line."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from functions.bridge.adapters import Adapter, Case, Receipt, Tools, Uncertain
from functions.bridge.adapters.base import a_number, found, sent


def make(config: Mapping[str, Any], secrets: Mapping[str, str], tools: Tools) -> Adapter:
    return Tickets(str(config["url"]), secrets.get("back_office_key", ""), tools)


@dataclass(frozen=True)
class Tickets(Adapter):
    url: str
    key: str
    tools: Tools
    follows = True

    def send(self, case: Case) -> Receipt:
        place = case.location.model_dump(exclude_none=True) if case.location else None
        ticket = {"title": case.category_name, "text": case.words, "place": place, "from": case.page}
        number = a_number(self.asked("POST", "/tickets", ticket).get("id"))
        if number is None:
            raise Uncertain("no_number")
        return Receipt(number)

    def statuses(self, numbers: Sequence[str]) -> Mapping[str, str]:
        asked = self.asked("GET", f"/tickets?ids={quote(','.join(numbers))}")
        return {each: str(asked[each]) for each in numbers if each in asked}

    def asked(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        return found(sent(self.tools.web, method, self.url + path, content, headers))


def rehearse(method: str, path: str, body: bytes) -> tuple[int, str]:
    """The back office as it should be, for `python -m infra.bridge.conformance`."""
    if method == "POST":
        return (201, '{"id": 17}') if json.loads(body)["title"] else (400, "{}")
    return 200, json.dumps({"17": "open"} if "17" in path else {})
