"""A protected reporter: what is theirs appears nowhere but where the named role looks."""

from __future__ import annotations

import json
import uuid
from typing import Any

import boto3
import pytest

from synpunkt.identity import Role, Scope
from tests.component.pictures import phone_photo
from tests.component.test_contact_data import HANDLER, WHY, ask, do, employed
from tests.component.test_hand_over import Desk, Link
from tests.component.test_mailbox import written
from tests.component.world import ENVIRONMENT, World
from tests.tokens import bearer

# Plain letters, which no answer writes in another way.
NAME, EMAIL, PHONE = "Hemliga Planteradsson", "planterad@hemlig.example", "070-174 06 99"
MARKERS = (NAME, "Planteradsson", EMAIL, PHONE, "+46701740699")
REASON = "Hotad av sin broder, se akten."
CONTACT = {"name": NAME, "email": EMAIL, "phone": "+46701740699", "language": "sv"}


def reported(world: World, **report: Any) -> dict[str, Any]:
    """A case in 0180 with a photo, of somebody who wrote their address into it, too, and lets it be passed on."""
    key = str(uuid.uuid4())
    upload = world.upload(phone_photo(), key=key)
    receipt: dict[str, Any] = world.report(
        description=f"Ett hål. Nå mig på {EMAIL} eller {PHONE}.",
        location={"lat": 59.3307, "lon": 18.0593, "text": "Utanför porten"},
        reporter={"name": NAME, "email": EMAIL, "phone": PHONE, "share_contact": True},
        photos=[upload],
        key=key,
        **report,
    ).json()
    world.judge(upload)
    world.settle()
    return {**receipt, "photo": upload}


def protected(world: World) -> dict[str, Any]:
    """Such a case, protected by a handler."""
    receipt = reported(world)
    answer = do(world, receipt["case_id"], "protect", bearer(HANDLER), protected=True, reason=REASON)
    assert answer.status == 200, answer.text
    world.settle()
    return receipt


def found(seen: Any) -> list[str]:
    """The markers in it."""
    told = seen if isinstance(seen, str) else json.dumps(seen, ensure_ascii=False, default=str)
    return [marker for marker in (*MARKERS, REASON, "broder") if marker in told]


def test_the_marker_appears_nowhere_but_where_the_named_role_looks(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(world)
    receipt = protected(world)
    case_id, reference = receipt["case_id"], receipt["reference"]
    registrar, lead, admin = (employed(world, role) for role in (Role.REGISTRAR, Role.LEAD, Role.ADMIN))
    key = {
        "Authorization": "Bearer "
        + world.key("Allt", ["0180"], [Scope.READ, Scope.WRITE, Scope.CONTACT, Scope.REGISTRY])[0]
    }
    inside = {"handler": bearer(HANDLER), "lead": lead, "key": key}
    elsewhere = {"other": employed(world, Role.ADMIN, "0184"), "operator": bearer("operator@synpunkt.example")}
    seen: list[tuple[str, Any]] = []
    department = next(mail for mail in world.mails if mail.to == "street@0180.example")
    work = Link(world, department)
    assert "Ett hål." in work.open().text

    def look(when: str) -> None:
        for who, headers in {**inside, **elsewhere}.items():
            for part in ("", "contact", "contact-reads"):
                seen.append((f"{when}: {who} {part}", ask(world, case_id, part, headers).text))
            stale = do(world, case_id, "note", headers, text="Hej", version=1)
            seen.append((f"{when}: {who} 409", stale.text))
            for code in ("0180", "0184"):
                rows = world.call("desk", "GET", "/api/v1/desk/inbox", headers=headers, query={"municipality": code})
                seen.append((f"{when}: {who} inbox {code}", rows.text))
        for code in ("0180", "0184"):
            listed = world.call("cases", "GET", "/api/v1/cases", query={"municipality": code})
            assert reference not in listed.text
            seen.append((f"{when}: list", listed.text))
        seen.append((f"{when}: link of the work mail", work.get().text))
        for path in (f"/c/{reference}", f"/c/{reference}/photos/{receipt['photo']}/1600.jpg"):
            page = world.call("cases", "GET", path)
            assert page.status == 404
            seen.append((f"{when}: {path}", page.text))

    look("protected")
    # They answer by mail, signed as people sign.
    signed = f"Det är ännu större nu.\n\nHälsningar\n{EMAIL}\n{PHONE}"
    reply_to = next(mail.reply_to for mail in world.mails if mail.to == EMAIL)
    mail = written(world, signed, by=EMAIL, to=str(reply_to))
    world.mail_comes(bytes(mail))
    world.settle()
    assert ask(world, case_id, "", bearer(HANDLER)).json()["timeline"][-1]["type"] == "CitizenReplied"
    look("answered")
    assert do(world, case_id, "reply", bearer(HANDLER), text="Vi kommer i dag.").status == 200
    world.settle()
    # To a body, which takes it and asks, and back; then to a municipality.
    assert do(world, case_id, "hand-over", registrar, body="trafikverket", reason=WHY).status == 200
    world.settle()
    link = Link(world, next(mail for mail in world.mails if mail.to == "vag@trafikverket.example"))
    pages = [link.open().text, link.post(act="accept").text, link.get().text, link.contact().text]
    assert all("Ett hål." in pages[which] for which in (0, 2)), "they have the case"
    seen += [("body", page) for page in pages]
    assert link.post(act="return", words="Inte vår väg.").status == 303
    world.settle()
    assert do(world, case_id, "hand-over", registrar, municipality="0184", reason=WHY).status == 200
    world.settle()
    assert do(world, case_id, "accept", elsewhere["other"]).status == 200
    world.settle()
    look("handed over")
    for named in (registrar, admin):
        assert found(ask(world, case_id, "contact", named).text) == [], "handed on, it is theirs no longer"
    assert desk.do("return", case_id, "key-0184", reason="Inte vår.").status == 200
    world.settle()

    for mail_sent in world.mails:
        seen.append((f"subject to {mail_sent.to}", mail_sent.subject))
        if mail_sent.to != EMAIL:
            seen.append((f"mail to {mail_sent.to}", f"{mail_sent.text} {mail_sent.reply_to} {mail_sent.headers}"))
    tables = boto3.client("dynamodb")
    rows = tables.scan(TableName=ENVIRONMENT["CASES_TABLE"])["Items"]
    # The words themselves lie beside the timeline, and nowhere else.
    seen.append(("cases", [each for each in rows if not each["sk"]["S"].startswith("T#")]))
    seen.append(("deliveries", tables.scan(TableName=ENVIRONMENT["DELIVERIES_TABLE"])["Items"]))
    people = tables.scan(TableName=ENVIRONMENT["PEOPLE_TABLE"])["Items"]
    seen.append(("log of showings", [each for each in people if each["pk"]["S"].startswith("READ#")]))
    seen.append(("topics", world.topic_messages))
    seen.append(("logs", caplog.text))
    seen.append(("printed", capsys.readouterr().out))
    assert [(where, marks) for where, each in seen if (marks := found(each))] == []

    for named in (registrar, admin):
        assert ask(world, case_id, "contact", named).json() == CONTACT
        case = ask(world, case_id, "", named).json()
        assert EMAIL in case["description"]
        assert REASON in str(case["timeline"])


def test_nothing_that_leaves_the_house_tells_that_somebody_is_protected(world: World) -> None:
    receipt = protected(world)
    told = [each["event"] for each in world.topic_messages]
    assert "rotect" not in json.dumps(told)
    [reviewed] = [each for each in told if each["type"] == "CaseReviewed"]
    assert (reviewed["data"], reviewed["visibility"]) == ({"visibility": "private", "location": None}, "private")
    # As after any other review by which a case becomes private.
    other = reported(world)
    do(world, other["case_id"], "publish", bearer(HANDLER), visibility="private")
    world.settle()
    last = world.topic_messages[-1]["event"]
    same = ("type", "data", "visibility", "audience", "importance", "actor")
    assert {name: last[name] for name in same} == {name: reviewed[name] for name in same}
    mine = world.case(receipt["reference"], receipt["token"])
    assert "rotect" not in mine.text


def test_the_case_is_private_at_once_and_seen_as_before_when_the_protection_ends(world: World) -> None:
    receipt = reported(world)
    case_id, photo = receipt["case_id"], f"/c/{receipt['reference']}/photos/{receipt['photo']}/320.jpg"
    registrar = employed(world, Role.REGISTRAR)
    assert world.call("cases", "GET", photo).status == 200
    shown = do(world, case_id, "protect", bearer(HANDLER), protected=True, reason=REASON).json()
    assert (shown["protected"], shown["contact"], shown["visibility"]) == (True, "protected", "private")
    assert world.case(receipt["reference"]).status == world.call("cases", "GET", photo).status == 404
    # Seen by the reporter and, at the desk, by those who have it.
    assert world.case(receipt["reference"], receipt["token"]).json()["photos"]
    url, _, link = shown["photos"][0]["url"].partition("?link=")
    assert world.call("desk", "GET", url, query={"link": link}).status == 200
    for act, code in (("publish", "case_protected"),):
        refused = do(world, case_id, act, registrar)
        assert (refused.status, refused.json()["code"]) == (409, code)
    for who in (bearer(HANDLER), employed(world, Role.LEAD), {"Authorization": "Bearer local-test-key"}):
        assert do(world, case_id, "protect", who, protected=False, reason="Slut.").status == 403
        told = ask(world, case_id, "contact", who)
        assert (told.status, told.json()["code"]) == (403, "contact_protected")
    lifted = do(world, case_id, "protect", registrar, protected=False, reason="Skyddet har upphört.").json()
    assert (lifted["protected"], lifted["contact"], lifted["visibility"]) == (False, "given", "public")
    assert world.case(receipt["reference"]).status == world.call("cases", "GET", photo).status == 200
    assert ask(world, case_id, "contact", bearer(HANDLER)).json() == CONTACT


def test_only_who_protects_lifts_it_and_reads_what_is_protected(world: World) -> None:
    Desk(world)
    receipt = protected(world)
    case_id, registrar = receipt["case_id"], employed(world, Role.REGISTRAR)
    there = employed(world, Role.ADMIN, "0184")
    do(world, case_id, "hand-over", registrar, municipality="0184", reason=WHY)
    assert do(world, case_id, "accept", there).status == 200
    refused = do(world, case_id, "protect", there, protected=False, reason="Behövs inte.")
    assert (refused.status, refused.json()["code"]) == (409, "protected_elsewhere")
    assert ask(world, case_id, "contact", there).json()["code"] == "contact_protected"
    assert ask(world, case_id, "", there).json()["protected"] is True, "they have to know what they handle"
    assert ask(world, case_id, "", registrar).json()["protected"] is False


def test_a_mail_about_a_case_that_was_public_says_no_more_once_it_is_private(world: World) -> None:
    """Texts keep the visibility they were written with; the case has the last word."""
    desk, receipt = Desk(world), protected(world)
    world.mails.clear()
    registrar = employed(world, Role.REGISTRAR)
    do(world, receipt["case_id"], "hand-over", registrar, municipality="0184", reason=WHY)
    world.settle()
    assert desk.case(receipt["case_id"], "key-0184")["description"].startswith("Ett hål.")
    for mail in world.mails:
        if mail.to != EMAIL:
            for said in ("Ett hål", "Utanför porten", "59.33", receipt["photo"]):
                assert said not in mail.text + mail.subject, mail.to


def test_the_reporter_hears_of_their_case_with_nothing_in_the_subject_but_its_number(world: World) -> None:
    receipt = protected(world)
    world.mails.clear()
    do(world, receipt["case_id"], "reply", bearer(HANDLER), text="Vi kommer i dag.")
    do(world, receipt["case_id"], "question", bearer(HANDLER), text="Vilken sida?")
    world.settle()
    told = [mail for mail in world.mails if mail.to == EMAIL]
    assert [mail.subject for mail in told] == [f"[{receipt['reference']}] Om ditt ärende"] * 2
    assert "Vi kommer i dag." in told[0].text + told[1].text


def test_what_turns_out_to_be_private_meanwhile_stays_so_when_the_protection_ends(world: World) -> None:
    receipt = protected(world)
    case_id, registrar = receipt["case_id"], employed(world, Role.REGISTRAR)
    assert do(world, case_id, "correct", registrar, category="school").status == 200
    lifted = do(world, case_id, "protect", registrar, protected=False, reason="Skyddet har upphört.").json()
    assert (lifted["protected"], lifted["visibility"]) == (False, "private")
    assert world.case(receipt["reference"]).status == 404
