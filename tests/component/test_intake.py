"""The front door: what it accepts, what it refuses and how, and that the same post is never two cases."""

from __future__ import annotations

import json
import uuid
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.component.world import ENVIRONMENT, World

HERE = {"lat": 59.3307, "lon": 18.0593}


def _stored() -> int:
    tables = ("CASES_TABLE", "PEOPLE_TABLE")
    return sum(boto3.client("dynamodb").scan(TableName=ENVIRONMENT[name], Select="COUNT")["Count"] for name in tables)


def _body(**changes: Any) -> dict[str, Any]:
    body = {"category": "pothole", "description": "Hål i vägen.", "location": HERE, **changes}
    return {name: value for name, value in body.items() if value != "ABSENT"}


REFUSED: list[tuple[str, Any, int, str, str | None]] = [
    ("Norway", _body(location={"lat": 59.91, "lon": 10.75}), 422, "outside_sweden", None),
    ("international waters", _body(location={"lat": 57.0, "lon": 19.9}), 422, "outside_sweden", None),
    ("null island", _body(location={"lat": 0, "lon": 0}), 422, "outside_sweden", None),
    ("the Skagerrak", _body(location={"lat": 58.2, "lon": 9.5}), 422, "outside_sweden", None),
    (
        "Tornio, with 5 km",
        _body(location={"lat": 65.848, "lon": 24.147, "accuracy_m": 5000}),
        422,
        "outside_sweden",
        None,
    ),
    ("swapped", _body(location={"lat": 18.0593, "lon": 59.3307}), 422, "swapped_coordinates", None),
    ("strings", _body(location={"lat": "59.3", "lon": "18.0"}), 422, "invalid_request", "location.lat"),
    ("booleans", _body(location={"lat": True, "lon": True}), 422, "invalid_request", "location.lat"),
    ("latitude of 91", _body(location={"lat": 91, "lon": 18}), 422, "invalid_request", "location.lat"),
    ("half a point", _body(location={"lat": 59.33}), 422, "invalid_request", "location"),
    ("null point", _body(location={"lat": None, "lon": None}), 422, "invalid_request", "location.lat"),
    ("null location", _body(location=None), 422, "invalid_request", "location"),
    ("no place at all", _body(location="ABSENT"), 422, "place_missing", None),
    ("words without municipality", _body(location={"text": "Storgatan"}), 422, "place_missing", None),
    ("unknown municipality", _body(location="ABSENT", municipality="9999"), 422, "unknown_municipality", None),
    ("unknown municipality and a point", _body(municipality="9999"), 422, "unknown_municipality", None),
    ("a municipality's name", _body(municipality="Motala"), 422, "unknown_municipality", None),
    ("a county", _body(location="ABSENT", municipality="01"), 422, "unknown_municipality", None),
    (
        "full-width digits",
        _body(location="ABSENT", municipality="\uff10\uff11\uff18\uff10"),
        422,
        "unknown_municipality",
        None,
    ),
    ("a number as municipality", _body(municipality=180), 422, "invalid_request", "municipality"),
    ("unknown category", _body(category="dragons"), 422, "unknown_category", None),
    ("no description", _body(description="ABSENT"), 422, "invalid_request", "description"),
    ("empty description", _body(description=" \n\t "), 422, "invalid_request", "description"),
    ("20,001 characters", _body(description="å" * 20_001), 422, "invalid_request", "description"),
    ("lone surrogate", '{"description": "\\ud800", "municipality": "0180"}', 422, "invalid_request", "description"),
    ("unknown field", _body(colour="red"), 422, "invalid_request", "?"),
    ("unknown kind", _body(kind="rant"), 422, "invalid_request", "kind"),
    ("bad e-mail", _body(reporter={"email": "anna@"}), 422, "invalid_request", "reporter.email"),
    ("bad phone", _body(reporter={"phone": "ring mig"}), 422, "invalid_request", "reporter.phone"),
    ("six photos", _body(photos=[str(n) for n in range(6)]), 422, "invalid_request", "photos"),
    ("unknown photo", _body(photos=["01KAK2Z3Q8VJ5N7W9X4T6R1B0M"]), 422, "upload_unknown", None),
    ("NaN", '{"description":"x","location":{"lat":NaN,"lon":18}}', 422, "invalid_request", "location.lat"),
    ("infinity", '{"description":"x","location":{"lat":1e999,"lon":18}}', 422, "invalid_request", "location.lat"),
    (
        "accuracy of NaN",
        '{"description":"x","location":{"lat":59,"lon":18,"accuracy_m":NaN}}',
        422,
        "invalid_request",
        "location.accuracy_m",
    ),
    ("negative accuracy", _body(location={**HERE, "accuracy_m": -1}), 422, "invalid_request", "location.accuracy_m"),
    ("malformed JSON", '{"description": ', 400, "malformed_json", None),
    ("no body", "", 422, "invalid_request", None),
    ("a list", "[]", 422, "invalid_request", None),
    ("a number", "7", 422, "invalid_request", None),
    ("5,000 digits", '{"description":"x","municipality":"0180","a":' + "9" * 5000 + "}", 400, "malformed_json", None),
    ("very deep", "[" * 100_000, 400, "malformed_json", None),
]


@pytest.mark.parametrize(("body", "status", "code", "field"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED])
def test_bad_input_is_refused_in_words_and_nothing_is_stored(
    world: World, body: Any, status: int, code: str, field: str | None
) -> None:
    for language, other in (("sv", "en"), ("en", "sv")):
        headers = {"Idempotency-Key": str(uuid.uuid4()), "Accept-Language": language}
        answer = world.call("intake", "POST", "/api/v1/reports", body=body, headers=headers)
        problem = answer.json()
        assert (answer.status, problem["code"]) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == language != other
        assert problem["title"]
        assert problem["detail"]
        if field is not None:
            assert field in [each["field"] for each in problem["errors"]]
            assert all(each["message"] for each in problem["errors"])
    assert _stored() == 0


def test_who_sends_an_unknown_field_is_told_which_there_are(world: World) -> None:
    told = world.report(_body(colour="red")).json()["errors"]
    assert [each["field"] for each in told] == ["?"]
    assert "De som finns: kind, category, description, location," in told[0]["message"]
    inside = world.report(_body(location={**HERE, "colour": "red"})).json()["errors"]
    assert [each["field"] for each in inside] == ["location.?"]
    assert "De som finns: lat, lon," in inside[0]["message"]


@pytest.mark.parametrize(
    ("room", "path"), [("intake", "/api/v1/reports"), ("intake", "/report"), ("cases", "/c/222-2222")]
)
def test_bytes_that_are_no_text_are_refused(world: World, room: str, path: str) -> None:
    answer = world.call(room, "POST", path, body=b"\xff\xfe{", headers={"Idempotency-Key": "k" * 30})
    assert 400 <= answer.status < 500


FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x")


@pytest.mark.parametrize("kind", ["text/plain", "application/jsonx", *FORM_TYPES])
def test_another_media_type_is_refused(world: World, kind: str) -> None:
    headers = {"Idempotency-Key": "k" * 30, "Content-Type": kind}
    answer = world.call("intake", "POST", "/api/v1/reports", body=_body(), headers=headers)
    assert (answer.status, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("kind", ["", "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_taken_however_it_is_called(world: World, kind: str) -> None:
    headers = {"Idempotency-Key": "k" * 30, "Content-Type": kind}
    assert world.call("intake", "POST", "/api/v1/reports", body=_body(), headers=headers).status == 201


@pytest.mark.parametrize("nothing", ["\u200b\u200b", "\u0000\u0007", "\u202e", "\ufeff \u2060"])
def test_invisible_text_is_no_text(world: World, nothing: str) -> None:
    answer = world.report(_body(description=nothing))
    assert (answer.status, answer.json()["errors"][0]["field"]) == (422, "description")


def test_line_breaks_of_browsers_count_as_one_character(world: World) -> None:
    assert world.report(_body(description="a\r\n" * 9_999 + "a")).status == 201


def test_what_misleads_the_eye_is_taken_out(world: World) -> None:
    place = {**HERE, "text": "Stor\u202egatan\u0000\u0007 5\r\nBcc: evil@example.org"}
    world.report(_body(location=place))
    world.settle()
    (mail,) = world.mails
    assert mail.subject.endswith("nära Storgatan 5 Bcc: ▇▇▇")
    assert not set("\u202e\u0000\u0007\r") & set(mail.subject + mail.text)


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("Anna Exempel", "Hej Anna Exempel,"),
        ("Åsa-Karin D'Arc", "Hej Åsa-Karin D'Arc,"),
        ("Eve\n\nYour account is locked, visit http://evil.example", "Hej,"),
        ("visit evil.example now", "Hej,"),
    ],
)
def test_a_greeting_is_a_name_and_nothing_else(world: World, name: str, greeting: str) -> None:
    world.report(_body(reporter={"email": "anna@example.org", "name": name}))
    world.settle()
    receipt = next(mail for mail in world.mails if mail.to == "anna@example.org")
    assert receipt.text.splitlines()[2] == greeting


def test_a_domain_with_swedish_letters_is_written_as_mail_servers_read_it(world: World) -> None:
    world.report(_body(reporter={"email": "anna@exämple.org"}))
    world.settle()
    assert "anna@xn--exmple-cua.org" in [mail.to for mail in world.mails]
    assert world.report(_body(reporter={"email": "åsa@example.org"})).status == 422


def test_names_of_answers_are_not_echoed(world: World) -> None:
    answer = world.report(_body(answers={"HEMLIG 121212-1212": {}}))
    assert answer.json()["errors"] == [{"field": "answers", "code": "invalid", "message": "Värdet är inte giltigt."}]


def test_the_same_number_written_twice_is_the_same_body(world: World) -> None:
    key = str(uuid.uuid4())
    headers = {"Idempotency-Key": key}
    body = '{"description": "x", "location": {"lat": 59.0, "lon": 18.0}, "municipality": "0180"}'
    first = world.call("intake", "POST", "/api/v1/reports", body=body, headers=headers)
    again = world.call("intake", "POST", "/api/v1/reports", body=body.replace(".0", ""), headers=headers)
    assert (first.status, again.json()) == (201, first.json())


def test_heads_are_answered_without_a_body(world: World) -> None:
    answer = world.call("intake", "HEAD", "/")
    assert (answer.status, answer.text) == (200, "")


def test_the_form_may_post_photos_to_the_bucket_and_nowhere_else(world: World) -> None:
    policy = world.call("intake", "GET", "/").headers["content-security-policy"]
    assert "connect-src 'self' https://quarantine.s3.eu-north-1.amazonaws.com;" in policy
    assert "script-src" not in policy


def test_a_vanishing_accuracy_is_accepted(world: World) -> None:
    assert world.report(_body(location={**HERE, "accuracy_m": 1e-200})).status == 201


def test_photos_are_posted_to_the_regional_host(world: World) -> None:
    body = {"filename": "a.jpg", "content_type": "image/jpeg", "size": 100}
    answer = world.call("intake", "POST", "/api/v1/uploads", body=body, headers={"Idempotency-Key": "k" * 30})
    assert answer.json()["url"].rstrip("/") == "https://quarantine.s3.eu-north-1.amazonaws.com"


def test_the_input_is_never_echoed(world: World) -> None:
    marker = "hemlig-markör"
    body = {"description": "x", marker: 1, "kind": marker, "reporter": {"email": marker, "phone": marker, marker: 2}}
    answer = world.report(body)
    assert answer.status == 422
    assert marker not in answer.text


@pytest.mark.parametrize("key", [None, "", "short", "ö" * 30, "a" * 129, "a b" * 10])
def test_a_key_is_needed(world: World, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = world.call("intake", "POST", "/api/v1/reports", body=_body(), headers=headers)
    assert answer.status == 400
    assert answer.json()["code"] == ("idempotency_key_missing" if key is None else "idempotency_key_invalid")
    assert _stored() == 0


def test_the_same_post_gives_the_same_receipt(world: World) -> None:
    key = str(uuid.uuid4())
    first = world.report(_body(), key=key)
    stored = _stored()
    again = world.call(
        "intake",
        "POST",
        "/api/v1/reports",
        body=json.dumps(dict(reversed(_body().items())), indent=3),
        headers={"idempotency-key": key},
    )
    assert (first.status, again.status) == (201, 201)
    assert again.json() == first.json()
    assert _stored() == stored


def test_the_same_key_with_another_body_is_a_conflict(world: World) -> None:
    key = str(uuid.uuid4())
    world.report(_body(), key=key)
    stored = _stored()
    answer = world.report(_body(description="Något helt annat."), key=key)
    assert (answer.status, answer.json()["code"]) == (409, "idempotency_conflict")
    assert _stored() == stored


def test_a_lost_race_for_the_key_answers_the_winners_receipt(world: World, monkeypatch: Any) -> None:
    from functions.intake.reports import Intake

    key = str(uuid.uuid4())
    first = world.report(_body(), key=key).json()
    real, looks = Intake._earlier, []

    def blind_once(self: Intake, key: str, fingerprint: str) -> Any:
        looks.append(key)
        return real(self, key, fingerprint) if len(looks) > 1 else None

    monkeypatch.setattr(Intake, "_earlier", blind_once)
    assert world.report(_body(), key=key).json() == first


def test_conflicting_transactions_are_tried_again(world: World, monkeypatch: Any) -> None:
    from botocore.client import BaseClient
    from botocore.exceptions import ClientError

    original = BaseClient._make_api_call  # type: ignore[attr-defined]
    left = [3]

    def conflicting(self: Any, operation: str, arguments: Any) -> Any:
        if operation == "TransactWriteItems" and left[0]:
            left[0] -= 1
            raise ClientError(
                {
                    "Error": {"Code": "TransactionCanceledException", "Message": ""},
                    "CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}],
                },
                operation,
            )
        return original(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", conflicting)
    assert world.report(_body()).status == 201
    assert left == [0]


def test_endless_conflicts_ask_the_caller_to_try_again(world: World, monkeypatch: Any) -> None:
    from botocore.client import BaseClient
    from botocore.exceptions import ClientError

    from synpunkt.stores import dynamo

    original = BaseClient._make_api_call  # type: ignore[attr-defined]

    def conflicting(self: Any, operation: str, arguments: Any) -> Any:
        if operation == "TransactWriteItems":
            reasons: list[Any] = [{"Code": "TransactionConflict"}]
            raise ClientError(
                {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}, operation
            )
        return original(self, operation, arguments)

    monkeypatch.setattr(dynamo, "_BACKOFF", (0.0, 0.0))
    monkeypatch.setattr(BaseClient, "_make_api_call", conflicting)
    answer = world.report(_body())
    assert (answer.status, answer.json()["code"]) == (503, "too_busy")
    assert _stored() == 0


def test_a_photo_of_another_draft_cannot_be_used(world: World) -> None:
    upload = world.upload(b"x", key="a" * 30)
    answer = world.report(_body(photos=[upload]), key="b" * 30)
    assert answer.json()["code"] == "upload_unknown"


def test_a_photo_is_used_once(world: World) -> None:
    key = str(uuid.uuid4())
    upload = world.upload(b"x", key=key)
    assert world.report(_body(photos=[upload, upload]), key=key).json()["code"] == "upload_used"
    assert world.report(_body(photos=[upload]), key=key).status == 201
    item = boto3.client("dynamodb").get_item(
        TableName=ENVIRONMENT["CASES_TABLE"], Key={"pk": {"S": f"U#{upload}"}, "sk": {"S": "UPLOAD"}}
    )["Item"]
    assert "expires_at" not in item


def test_the_sixth_upload_of_a_draft_is_refused(world: World) -> None:
    key = str(uuid.uuid4())
    for _ in range(5):
        world.upload(b"x", key=key)
    body = {"filename": "a.jpg", "content_type": "image/jpeg", "size": 1}
    answer = world.call("intake", "POST", "/api/v1/uploads", body=body, headers={"Idempotency-Key": key})
    assert (answer.status, answer.json()["code"]) == (422, "too_many_uploads")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"content_type": "application/pdf"}, "upload_not_image"),
        ({"content_type": "image/svg+xml"}, "upload_not_image"),
        ({"size": 15 * 1024 * 1024 + 1}, "upload_too_large"),
        ({"size": 0}, "invalid_request"),
        ({"size": "100"}, "invalid_request"),
        ({"filename": ""}, "invalid_request"),
    ],
)
def test_only_photos_of_at_most_15_mb_are_granted(world: World, change: dict[str, Any], code: str) -> None:
    body = {"filename": "a.jpg", "content_type": "image/jpeg", "size": 100, **change}
    answer = world.call("intake", "POST", "/api/v1/uploads", body=body, headers={"Idempotency-Key": "k" * 30})
    assert (answer.status, answer.json()["code"]) == (422, code)


def test_warnings_come_back_as_notices_and_never_refuse(world: World) -> None:
    answer = world.report(_body(description="Det brinner i papperskorgen, och någon hotade mig."))
    assert answer.status == 201
    notices = {each["code"]: each for each in answer.json()["notices"]}
    assert notices["danger_to_life"]["phone"] == "112"
    assert notices["police"]["phone"] == "114 14"


def test_contact_data_is_only_where_contact_data_is_kept(world: World, caplog: Any) -> None:
    reporter = {"name": "Anna Exempel", "email": "anna@example.org", "phone": "070-174 06 05"}
    world.report(_body(reporter=reporter))
    world.settle()
    for table in ("CASES_TABLE", "DELIVERIES_TABLE", "REGISTRY_TABLE"):
        stored = json.dumps(boto3.client("dynamodb").scan(TableName=ENVIRONMENT[table])["Items"])
        assert "anna@example.org" not in stored
        assert "Exempel" not in stored
        assert "701740605" not in stored
    people = json.dumps(boto3.client("dynamodb").scan(TableName=ENVIRONMENT["PEOPLE_TABLE"])["Items"])
    assert "+46701740605" in people


def test_the_plain_form_gives_the_receipt_page(world: World) -> None:
    form = world.call("intake", "GET", "/")
    key = form.text.split('name="idempotency_key"')[1].split('value="')[1].split('"')[0]
    fields = f"idempotency_key={key}&category=litter&description=Skr%C3%A4p+vid+sj%C3%B6n&municipality=0180&lat=&lon="
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = world.call("intake", "POST", "/report", body=fields, headers=headers)
    assert answer.status == 201, answer.text
    again = world.call("intake", "POST", "/report", body=fields, headers=headers)
    assert again.text == answer.text
    wrong = world.call("intake", "POST", "/report", body=f"idempotency_key={'x' * 30}&category=litter", headers=headers)
    assert wrong.status == 422


def test_the_plain_form_lets_the_choice_decide_beside_a_border_and_nowhere_else(world: World) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for number, (lat, lon, decided) in enumerate([("59.3492", "18.035", "0184"), ("59.3307", "18.0593", "0180")]):
        fields = f"idempotency_key={str(number) * 30}&description=x&municipality=0184&lat={lat}&lon={lon}"
        answer = world.call("intake", "POST", "/report", body=fields, headers=headers)
        assert answer.status == 201, answer.text
        world.settle()
        reference = answer.text.split('id="reference"')[1].split(">")[1].split("<")[0]
        assert world.case(reference).json()["municipality"]["code"] == decided


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=20) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["description", "location", "lat", "lon", "reporter", "photos", "answers", "kind", "x"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_nothing_that_is_json_makes_a_500(world: World, body: Any) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    answer = world.call("intake", "POST", "/api/v1/reports", body=json.dumps(body), headers=headers)
    assert 200 <= answer.status < 500
