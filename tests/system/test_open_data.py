"""Open data on the deployed stack: a report is in the feed and on the map, leaves both, and a day becomes a file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import duckdb
import httpx
import pytest

from infra.local.harness import PrivateStack
from infra.local.layout import named
from synpunkt import clock
from synpunkt.stores.dynamo import to_wire
from tests.system.citizen import Citizen, eventually

pytestmark = pytest.mark.system

KEY = {"Authorization": "Bearer local-admin-key"}
MOTALA = {"lat": 58.53711234, "lon": 15.03651234, "method": "map"}
OPEN = "/api/v1/open"


def follow(http: httpx.Client, after: str) -> tuple[dict[str, dict[str, Any]], str]:
    """All that has changed since, by number."""
    found: dict[str, dict[str, Any]] = {}
    while True:
        told = http.get(f"{OPEN}/changes", params={"after": after}).json()
        if not told["changes"]:
            return found, told["next"]
        found |= {each["id"]: each for each in told["changes"]}
        after = told["next"]


def test_a_report_is_open_data_until_it_is_hidden(stack: PrivateStack, http: httpx.Client) -> None:
    citizen = Citizen(stack.url)
    _, begun = follow(http, "")
    receipt = citizen.report(location=MOTALA, description="Zebraskylten saknas.")
    hidden = citizen.report(location=MOTALA, publish=False)
    citizen.when(receipt, lambda case: case["status"] == "delivered")

    def told() -> dict[str, Any] | None:
        change = follow(http, begun)[0].get(receipt.reference)
        return change["case"] if change and change["case"]["status"] == "delivered" else None

    row = eventually(told, "not in the feed")
    assert (row["municipality"], row["lat"], row["lon"]) == ("0583", 58.5371, 15.0365)
    month = row["submitted_at"][:7]

    def of_motala(form: str) -> httpx.Response:
        return http.get(f"{OPEN}/cases.{form}", params={"municipality": "0583", "month": month, "limit": "2000"})

    features = {each["id"]: each for each in of_motala("geojson").json()["features"]}
    assert features[receipt.reference]["geometry"]["coordinates"] == [15.0365, 58.5371]
    table = of_motala("csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert receipt.reference in table.text
    assert "Zebra" not in table.text
    assert hidden.reference not in table.text
    same = {"If-None-Match": table.headers["etag"]}
    assert http.get(table.url, headers=same).status_code == 304

    hide = f"/api/v1/desk/cases/{receipt.case_id}/hide"
    assert http.post(hide, headers=KEY, json={"text": "Namn."}).is_success
    eventually(lambda: follow(http, begun)[0][receipt.reference]["change"] == "removed" or None, "still in the feed")
    assert receipt.reference not in of_motala("geojson").text


def test_a_day_that_is_over_becomes_a_file(stack: PrivateStack, http: httpx.Client, tmp_path: Any) -> None:
    """The clock cannot be put forward here, so a row of yesterday is put there, and the function asked at once."""
    citizen = Citizen(stack.url)
    receipt = citizen.report(location=MOTALA)
    row: dict[str, Any] = eventually(lambda: follow(http, "")[0].get(receipt.reference), "not in the feed")["case"]
    day = (clock.now() - timedelta(days=1)).date().isoformat()
    table, kept = named("insight"), {name: value for name, value in row.items() if value is not None}
    dynamodb = stack.client("dynamodb")
    dynamodb.put_item(TableName=table, Item=to_wire({"pk": f"OD#{day}#0", "sk": receipt.case_id, "row": kept}))
    due = {"pk": "OPEN-DUE", "sk": f"{day}#0", "position": 1, "since": clock.to_iso(clock.now())}
    dynamodb.put_item(TableName=table, Item=to_wire(due))
    sqs = stack.client("sqs")
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=named("days"))["QueueUrl"], MessageBody="{}")

    def made() -> dict[str, Any] | None:
        return next((each for each in http.get(f"{OPEN}/days").json()["days"] if each["day"] == day), None)

    file = eventually(made, "no file")
    answer = http.get(file["url"])
    assert answer.status_code == 200, answer.text
    assert len(answer.content) == file["bytes"]
    (tmp_path / "day.parquet").write_bytes(answer.content)
    read = duckdb.execute(f"select id, lat from '{tmp_path}/day.parquet'").fetchall()
    assert read == [(receipt.reference, 58.5371)]
    assert http.get(file["url"], headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
