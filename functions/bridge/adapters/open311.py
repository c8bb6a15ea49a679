"""An Open311 endpoint as back office: a form that is posted, JSON that comes back, now or by a token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from functions.bridge.adapters.base import Adapter, Case, Receipt, Tools, Uncertain, a_number, sent
from functions.bridge.web import NoAnswer, Web

_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class Config(BaseModel):
    """`url`: without `requests.json`. `services`: their code by our category, which is sent as it is otherwise.

    `status_field`: where the word for the status stands, with dots, when `open` and `closed` are too little.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, StringConstraints(pattern=r"^https?://")]
    jurisdiction_id: str | None = None
    services: dict[str, str] = {}
    other_service: str = "other"
    status_field: Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_]+)*$")] = "status"


def make(config: Mapping[str, Any], secrets: Mapping[str, str], tools: Tools) -> Adapter:
    """The adapter. The key, where one is needed, is the secret `back_office_key`."""
    return Open311(Config.model_validate(config), secrets.get("back_office_key"), tools.web)


@dataclass(frozen=True, slots=True)
class Open311(Adapter):
    """GeoReport v2."""

    config: Config
    key: str | None
    web: Web

    follows: ClassVar[bool] = True

    def send(self, case: Case) -> Receipt:
        """Posts the form."""
        form = {name: each for name, each in self._form(case).items() if each}
        answer = sent(self.web, "POST", self._at("requests.json"), urlencode(form).encode(), _FORM)
        found = _first(_read(answer.json))
        number, token = a_number(found.get("service_request_id")), a_number(found.get("token"))
        if number is None and token is None:
            raise Uncertain("no_number")
        return Receipt(number, None if number else token)

    def number_of(self, token: str) -> str | None:
        """Asks for the token's number."""
        answer = sent(self.web, "GET", self._at(f"tokens/{quote(token, safe='')}.json", {}), headers=_FORM)
        return a_number(_first(_read(answer.json)).get("service_request_id"))

    def statuses(self, numbers: Sequence[str]) -> Mapping[str, str]:
        """Asks for all of them."""
        asked = {"service_request_id": ",".join(numbers)}
        answer = sent(self.web, "GET", self._at("requests.json", asked), headers=_FORM)
        found: dict[str, str] = {}
        for each in _list(_read(answer.json)):
            number, word = a_number(each.get("service_request_id")), self._word(each)
            if number is not None and number in numbers and word is not None:
                found[number] = word
        return found

    def _form(self, case: Case) -> dict[str, Any]:
        place, who = case.location, case.reporter
        first, _, last = (who.name or "").rpartition(" ") if who else ("", "", "")
        code = self.config.services.get(case.category or "", case.category)
        return {
            "service_code": code or self.config.other_service,
            "jurisdiction_id": self.config.jurisdiction_id,
            "api_key": self.key,
            "lat": place and place.lat,
            "long": place and place.lon,
            "address_string": (place and place.text) or (None if place and place.lat is not None else "-"),
            "description": f"{case.words or case.category_name}\n\nSynpunkt {case.reference}: {case.page}",
            "first_name": first or last,
            "last_name": last if first else None,
            "email": who and who.email,
            "phone": who and who.phone,
        }

    def _at(self, path: str, query: Mapping[str, str] | None = None) -> str:
        asked = dict(query or {})
        if query is not None:
            more = {"jurisdiction_id": self.config.jurisdiction_id, "api_key": self.key}
            asked |= {name: each for name, each in more.items() if each}
        return f"{self.config.url.rstrip('/')}/{path}" + (f"?{urlencode(asked)}" if asked else "")

    def _word(self, request: Mapping[str, Any]) -> str | None:
        found: Any = request
        for name in self.config.status_field.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return found[:100] if isinstance(found, str) and found.strip() else None


def _read(json: Any) -> Any:
    try:
        return json()
    except NoAnswer as error:
        raise Uncertain(str(error)) from None


def _list(found: Any) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Uncertain("no_open311")
    return found


def _first(found: Any) -> dict[str, Any]:
    """The one request there should be; some servers answer it without its list."""
    listed = _list([found] if isinstance(found, dict) else found)
    if len(listed) != 1:
        raise Uncertain("no_open311")
    return listed[0]
