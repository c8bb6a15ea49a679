"""Open311 as its clients see it: the rooms behind an address on this machine, and FixMyStreet's own wire format."""

from __future__ import annotations

import threading
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from tests.component.world import Reply, World
from tests.contract.rooms import application

BASE = "/open311/v2"
KEY = "local-test-key"
FORM = "application/x-www-form-urlencoded"
POINT = {"lat": "59.3307", "long": "18.0593"}
REPORT = {"service_code": "pothole", "description": "Ett djupt hål.", **POINT}


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def served(world: World) -> Iterator[str]:
    """The address of Open311 on this machine, for clients that speak HTTP."""
    with make_server("127.0.0.1", 0, application(world), handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{BASE}"
        finally:
            server.shutdown()
            thread.join()


def get(world: World, what: str, headers: Any = None, **query: Any) -> Reply:
    """One reading request."""
    asked = {name: str(value) for name, value in query.items()}
    return world.call("cases", "GET", f"{BASE}/{what}", query=asked, headers=headers)


def post(
    world: World,
    what: str,
    fields: Mapping[str, Any] | Sequence[tuple[str, Any]],
    *,
    files: Sequence[bytes] = (),
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> Reply:
    """One form, to the room that takes it; multipart when files come along. `query`: what stands in the address."""
    room = "desk" if what.startswith("servicerequestupdates") else "intake"
    body, content_type = multipart(fields, files) if files else (urllib.parse.urlencode(fields, doseq=True), FORM)
    sent = {"Content-Type": content_type, **(headers or {})}
    return world.call(room, "POST", f"{BASE}/{what}", body=body, headers=sent, query=query)


def multipart(fields: Mapping[str, Any] | Sequence[tuple[str, Any]], files: Sequence[bytes]) -> tuple[bytes, str]:
    """A multipart body with the files as `media`, and its content type."""
    pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
    boundary = "grans-7KQ4M2X"
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in pairs]
    head = (
        'Content-Disposition: form-data; name="media"; filename="hål.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    ).encode()
    parts += [head + each for each in files]
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return body + b"--" + boundary.encode() + b"--\r\n", f"multipart/form-data; boundary={boundary}"


@dataclass
class FixMyStreet:
    """What FixMyStreet's `Open311.pm` sends and reads: XML, urlencoded forms, its own key and jurisdiction."""

    endpoint: str
    jurisdiction: str
    api_key: str

    def services(self) -> list[dict[str, str]]:
        """`get_service_list`."""
        return [_children(each) for each in self._get("services.xml").findall("service")]

    def meta(self, service_code: str) -> list[dict[str, str]]:
        """`get_service_meta_info`: the attributes."""
        return [_children(each) for each in self._get(f"services/{service_code}.xml").iter("attribute")]

    def send(self, service_code: str, **more: str) -> str:
        """`send_service_request`: the id it keeps."""
        fields = {
            "service_code": service_code,
            "lat": "59.3307",
            "long": "18.0593",
            "email": "anna@example.org",
            "first_name": "Anna",
            "last_name": "Öberg",
            "phone": "",
            "address_string": "Vasagatan 1",
            "address_id": "#NOTPINPOINTED#",
            "requested_datetime": "2026-11-22T10:00:00+01:00",
            "description": "title: Hål\r\n\r\ndetail: Ett hål, större än öret.\r\n\r\nurl: http://fms.example/report/1",
            **more,
        }
        answer = self._post("requests.xml", fields)
        found = answer.find("request/service_request_id")
        assert found is not None
        assert found.text
        return found.text

    def requests(self, **params: str) -> list[dict[str, str]]:
        """`get_service_requests`."""
        return [_children(each) for each in self._get("requests.xml", **params).findall("request")]

    def updates(self, start_date: str, end_date: str) -> list[dict[str, str]]:
        """`get_service_request_updates`."""
        found = self._get("servicerequestupdates.xml", start_date=start_date, end_date=end_date, api_key=self.api_key)
        return [_children(each) for each in found.findall("request_update")]

    def update(self, service_request_id: str, **fields: str) -> str:
        """`post_service_request_update`: the id it keeps."""
        told = {
            "service_request_id": service_request_id,
            "update_id_ext": "1",
            "email": "kontakt@fms.example",
            "first_name": "Förvaltningen",
            "last_name": "",
            "title": "",
            **fields,
        }
        found = self._post("servicerequestupdates.xml", told).find("request_update/update_id")
        assert found is not None
        assert found.text
        return found.text

    def _get(self, path: str, **params: str) -> ET.Element:
        query = urllib.parse.urlencode({"jurisdiction_id": self.jurisdiction, **params})
        with urllib.request.urlopen(f"{self.endpoint}/{path}?{query}") as answer:
            return ET.fromstring(answer.read())

    def _post(self, path: str, fields: Mapping[str, str]) -> ET.Element:
        sent = {**fields, "jurisdiction_id": self.jurisdiction, "api_key": self.api_key}
        body = urllib.parse.urlencode(sent).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}/{path}", data=body)) as answer:
            return ET.fromstring(answer.read())


def _children(element: ET.Element) -> dict[str, str]:
    return {each.tag: each.text or "" for each in element}


def reported(world: World, **fields: Any) -> str:
    """The id of a request that has been posted."""
    answer = post(world, "requests.json", {**REPORT, **fields})
    assert answer.status == 200, answer.text
    found: str = answer.json()[0]["service_request_id"]
    return found


def description_of(world: World, reference: str) -> str:
    """What was written, as those who have the case read it."""
    headers = {"Authorization": f"Bearer {KEY}"}
    case_id = case_id_of(world, reference)
    case = world.call("desk.contact_api", "GET", f"/api/v1/municipality/cases/{case_id}", headers=headers)
    assert case.status == 200, case.text
    found: str = case.json()["description"]
    return found


def case_id_of(world: World, reference: str) -> str:
    """The case's own id."""
    found: str = world.case(reference).json()["case_id"]
    return found
