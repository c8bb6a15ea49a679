"""Living on the mailbox alone: an answer by mail becomes an update, and everything else changes nothing."""

from __future__ import annotations

import json
from email.message import EmailMessage
from typing import Any

import boto3
import pytest

from functions.intake import mails
from tests.component.pictures import phone_photo
from tests.component.world import ENVIRONMENT, Message, World
from tests.mails import WORK, exhibit

REPORTER = "anna@example.org"


@pytest.fixture
def reported(world: World) -> dict[str, Any]:
    """A case that both its department and its reporter have had a mail about."""
    receipt: dict[str, Any] = world.report(reporter={"email": REPORTER, "name": "Anna"}).json()
    world.settle()
    return receipt


def sent_to(world: World, address: str) -> list[Message]:
    """The mails to one address, oldest first."""
    return [mail for mail in world.mails if mail.to == address]


def written(
    world: World, text: str, *, by: str = WORK, to: str | None = None, verdict: str = "pass", **headers: str
) -> EmailMessage:
    """A mail in answer to the first one that went to the department (or, by the reporter, to the reporter)."""
    mail = EmailMessage()
    mail["X-SES-Spam-Verdict"] = mail["X-SES-Virus-Verdict"] = "PASS"
    mail["Authentication-Results"] = f"amazonses.com; spf={verdict}; dkim={verdict} header.i=@x; dmarc={verdict}"
    mail["From"] = by
    mail["To"] = to or str(sent_to(world, REPORTER if by == REPORTER else WORK)[0].reply_to)
    mail["Subject"] = "Sv: ärendet"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def answered(world: World, text: str, **more: Any) -> None:
    """Lets such a mail come in, and everybody react to it."""
    world.mail_comes(bytes(written(world, text, **more)))
    world.settle()


def types(case: dict[str, Any]) -> list[str]:
    """What has happened."""
    return [entry["type"] for entry in case["timeline"]]


def stored(world: World) -> list[Any]:
    """Everything in the cases table but the counters of mails."""
    found = boto3.client("dynamodb").scan(TableName=ENVIRONMENT["CASES_TABLE"])["Items"]
    rows = [row for row in found if not row["pk"]["S"].startswith("K#mails:")]
    return sorted(rows, key=lambda row: (row["pk"]["S"], row["sk"]["S"]))


def test_every_mail_about_a_case_can_be_answered_and_is_threaded(world: World, reported: dict[str, Any]) -> None:
    assert len(world.mails) == 2
    for mail in world.mails:
        assert f"[{reported['reference']}]" in mail.subject
        assert str(mail.reply_to).startswith(f"svar+{reported['reference'].lower()}.")
        assert mail.headers["Auto-Submitted"] == "auto-generated"
        assert mail.headers["References"] == f"<{reported['reference'].lower()}@mail.synpunkt.example>"
        assert mail.text.startswith("--- Skriv ditt svar ovanför den här raden ---")
    assert world.mails[0].reply_to != world.mails[1].reply_to
    assert reported["token"] not in str([mail.reply_to for mail in world.mails])


def test_where_no_mail_is_read_none_can_be_answered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLY_TO", "")
    world.report(reporter={"email": REPORTER})
    world.settle()
    assert {mail.reply_to for mail in world.mails} == {None}
    assert all("Det går inte att svara på det här mejlet" in mail.text for mail in world.mails)


def test_an_answer_of_the_department_is_public_without_personal_data_and_told_to_the_reporter(
    world: World, reported: dict[str, Any]
) -> None:
    answered(world, "Vi lagar hålet på tisdag. Ring 070-123 45 67.\n\nMvh\nGatukontoret")
    [entry] = [each for each in world.case(reported["reference"]).json()["timeline"] if each["type"] == "ReplyPosted"]
    assert entry["text"] == "Vi lagar hålet på tisdag. Ring ▇▇▇."
    assert entry["actor"] == "body"
    assert entry["label"] == "Svar från Stockholms stad"
    mail = sent_to(world, REPORTER)[-1]
    assert mail.subject == f"[{reported['reference']}] Svar från Stockholms stad"
    assert "Vi lagar hålet på tisdag. Ring 070-123 45 67." in mail.text
    assert reported["token"] in mail.text
    events = [each["event"] for each in world.topic_messages]
    assert "tisdag" not in json.dumps(events)
    assert WORK not in json.dumps(events)


@pytest.mark.parametrize("first", ["KLART", "#klart", "Klart!", "åtgärdat."])
def test_a_first_line_closes_the_case_with_the_words_below_it(
    world: World, reported: dict[str, Any], first: str
) -> None:
    answered(world, f"{first}\n\nHålet är fyllt.")
    case = world.case(reported["reference"]).json()
    assert (case["status"], case["outcome"]) == ("resolved", "fixed")
    assert case["timeline"][-1]["label"] == "Åtgärdad"
    assert case["timeline"][-1]["text"] == "Hålet är fyllt."
    mail = sent_to(world, REPORTER)[-1]
    assert mail.subject == f"[{reported['reference']}] Avslutat"
    assert "Åtgärdad" in mail.text
    assert "Hålet är fyllt." in mail.text


def test_work_that_has_begun_is_said_with_one_word(world: World, reported: dict[str, Any]) -> None:
    answered(world, "PÅGÅR\nVi är på plats.")
    case = world.case(reported["reference"]).json()
    assert case["status"] == "in_progress"
    assert types(case)[-2:] == ["WorkStarted", "ReplyPosted"]
    answered(world, "Pågår")  # again, and nothing more
    assert types(world.case(reported["reference"]).json()) == types(case)


@pytest.mark.parametrize("words", ["Klart på tisdag, tror vi.", "Det är inte klart.", "Pågår någon utredning?"])
def test_a_word_within_a_sentence_is_no_command(world: World, reported: dict[str, Any], words: str) -> None:
    answered(world, words)
    case = world.case(reported["reference"]).json()
    assert case["status"] == "delivered" or case["status"] == "acknowledged"
    assert case["timeline"][-1]["text"] == words


def test_the_reporter_answers_by_mail_and_the_department_hears_of_it(world: World, reported: dict[str, Any]) -> None:
    answered(world, "KLART")
    answered(world, "Inte lagat! Ring mig på 070-123 45 67.\n\n/Anna", by=REPORTER)
    case = world.case(reported["reference"], reported["token"]).json()
    assert case["status"] == "resolved"  # only a step of its own opens it again
    assert case["timeline"][-1]["type"] == "CitizenReplied"
    assert case["timeline"][-1]["text"] == "Inte lagat! Ring mig på 070-123 45 67."
    # What is answered by mail is not said to everyone.
    assert world.case(reported["reference"]).json()["timeline"][-1]["text"] is None
    mail = sent_to(world, WORK)[-1]
    assert mail.subject == f"[{reported['reference']}] Den som anmälde har skrivit mer"
    assert "Inte lagat! Ring mig på ▇▇▇." in mail.text
    assert REPORTER not in mail.text
    assert mail.reply_to == sent_to(world, WORK)[0].reply_to


def test_private_words_are_behind_the_link(world: World) -> None:
    receipt = world.report(reporter={"email": REPORTER}, publish=False).json()
    world.settle()
    answered(world, "Det gäller min granne.", by=REPORTER)
    mail = sent_to(world, WORK)[-1]
    assert "granne" not in mail.text
    assert "bakom länken" in mail.text
    assert receipt["reference"] in mail.subject


def test_a_late_answer_to_a_closed_case_is_kept(world: World, reported: dict[str, Any]) -> None:
    answered(world, "KLART")
    answered(world, "Vi kom tillbaka och målade också.")
    case = world.case(reported["reference"]).json()
    assert (case["status"], types(case)[-1]) == ("resolved", "ReplyPosted")
    answered(world, "KLART", Message_ID="<again@x>")
    assert types(world.case(reported["reference"]).json()) == types(case)


def test_photos_in_a_mail_pass_the_same_way_as_all_others(world: World, reported: dict[str, Any]) -> None:
    mail = written(world, "KLART\n\nSå här blev det.")
    mail.add_attachment(phone_photo(), maintype="image", subtype="jpeg", filename="IMG_1.JPG")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="rapport.pdf")
    world.mail_comes(bytes(mail))
    world.judge_all()
    world.settle()
    case = world.case(reported["reference"]).json()
    [photo] = case["photos"]
    assert (photo["width"], photo["height"]) == (1200, 900)
    assert (types(case)[-1], photo["by"]) == ("CaseResolved", "body")
    assert photo["said_with"] == case["timeline"][-1]["sequence"]
    assert boto3.client("s3").list_objects_v2(Bucket="quarantine")["KeyCount"] == 0
    told = sent_to(world, WORK)[-1]
    assert "Allt i ditt mejl kom inte med" in told.subject
    assert "pdf" in told.text
    assert "pdf" not in json.dumps(case)


def test_a_photo_alone_is_enough(world: World, reported: dict[str, Any]) -> None:
    mail = written(world, "", by=REPORTER)
    mail.add_attachment(phone_photo(), maintype="image", subtype="jpeg", filename="IMG_1.JPG")
    world.mail_comes(bytes(mail))
    world.mail_comes(bytes(mail))
    world.judge_all()
    world.settle()
    case = world.case(reported["reference"], reported["token"]).json()
    assert len(case["photos"]) == 1
    assert types(case)[-1] == "CitizenReplied"
    # Said like any answer, it is for those who have the case.
    assert world.case(reported["reference"]).json()["photos"] == []


def test_the_same_mail_is_taken_once(world: World, reported: dict[str, Any]) -> None:
    mail = bytes(written(world, "Vi tittar på det.", Message_ID="<one@x.example>"))
    for raw in (mail, mail, mail.replace(b"Sv:", b"Re:")):
        world.mail_comes(raw)
        world.settle()
    assert types(world.case(reported["reference"]).json()).count("ReplyPosted") == 1
    assert len([each for each in sent_to(world, REPORTER) if "Svar från" in each.subject]) == 1


def test_a_mail_whose_photos_were_lost_on_the_way_is_finished_on_the_next_try(
    world: World, reported: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = written(world, "Se bild.", Message_ID="<two@x.example>")
    mail.add_attachment(phone_photo(), maintype="image", subtype="jpeg", filename="IMG_1.JPG")

    def dies(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(mails.Mails, "_put_photos", dies)
        with pytest.raises(AssertionError):
            world.mail_comes(bytes(mail))
    world.mail_comes(bytes(mail))
    world.judge_all()
    world.settle()
    case = world.case(reported["reference"]).json()
    assert len(case["photos"]) == 1
    assert types(case).count("ReplyPosted") == 1


def test_a_colleague_at_the_same_domain_may_answer(world: World, reported: dict[str, Any]) -> None:
    answered(world, "Jag tar den.", by="kalle.svensson@0180.example", to=sent_to(world, WORK)[0].reply_to)
    assert types(world.case(reported["reference"]).json())[-1] == "ReplyPosted"


def refused(
    world: World, reported: dict[str, Any], raw: bytes, caplog: pytest.LogCaptureFixture
) -> tuple[str, list[Message]]:
    """The reason in the log after a mail that changed nothing, and the mails it caused."""
    before, mails_before = stored(world), len(world.mails)
    caplog.clear()
    world.mail_comes(raw)
    world.settle()
    assert stored(world) == before
    assert boto3.client("s3").list_objects_v2(Bucket="mail")["KeyCount"] == 0
    told = [vars(record) for record in caplog.records]
    assert "@" not in str([{name: str(value) for name, value in each.items() if name != "msg"} for each in told])
    [reason] = [each["reason"] for each in told if each["msg"] == "mail not taken"]
    return reason, world.mails[mails_before:]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"by": "mallory@evil.example"}, "stranger"),
        ({"by": REPORTER, "to": "work"}, "stranger"),
        ({"by": WORK, "to": "reporter"}, "stranger"),
        ({"verdict": "fail"}, "forged"),
        ({"Auto_Submitted": "auto-replied"}, "automatic"),
        ({"Precedence": "bulk"}, "automatic"),
        ({"X_Autoreply": "yes"}, "automatic"),
        ({"List_Id": "<alla.example>"}, "automatic"),
        ({"Return_Path": "<>"}, "automatic"),
        ({"by": "svar@mail.synpunkt.example"}, "our_own"),
        ({"by": "MAILER-DAEMON@0180.example"}, "automatic"),
        ({"to": "svar@mail.synpunkt.example"}, "not_addressed"),
        ({"to": "svar+222-2222.aaaaaaaaaaaaaaaaaaaaaaaa@mail.synpunkt.example"}, "unknown_address"),
        ({"to": "guessed"}, "unknown_address"),
    ],
    ids=lambda value: str(value),
)
def test_what_is_refused_changes_nothing_and_is_not_answered(
    world: World,
    reported: dict[str, Any],
    change: dict[str, str],
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    change = dict(change)
    work = str(sent_to(world, WORK)[0].reply_to)
    known = {"work": work, "reporter": str(sent_to(world, REPORTER)[0].reply_to)}
    known["guessed"] = f"{work.partition('.')[0]}.{'a' * 24}@{work.partition('@')[2]}"
    to = change.pop("to", "work")
    raw = bytes(written(world, "Hej!", to=known.get(to, to), **change))
    found, mailed = refused(world, reported, raw, caplog)
    assert found == reason
    # Nobody but whoever has the case hears of a stranger, and nobody of anything else.
    wrote_as_work = reason == "stranger" and to == "work"
    assert [each.to for each in mailed] == ([WORK] if wrote_as_work else [])


def test_of_strangers_the_mailbox_hears_once(
    world: World, reported: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    to = sent_to(world, WORK)[0].reply_to
    first = bytes(written(world, "Hej!", by="mallory@evil.example", to=to))
    _, [told] = refused(world, reported, first, caplog)
    assert "mallory" not in told.text
    assert refused(world, reported, bytes(written(world, "Hej igen!", by="x@evil.example", to=to)), caplog)[1] == []


@pytest.mark.parametrize(
    "name", ["out-of-office", "out-of-office-old", "vacation-precedence", "mailing-list", "bounce"]
)
def test_automatic_mails_are_dropped(
    world: World, reported: dict[str, Any], name: str, caplog: pytest.LogCaptureFixture
) -> None:
    raw = exhibit(name, to=str(sent_to(world, WORK)[0].reply_to))
    assert refused(world, reported, raw, caplog) == ("automatic", [])


@pytest.mark.parametrize(
    ("name", "reason", "word"),
    [("quoted-only", "empty", "ingen egen text"), ("winmail", "empty", "winmail.dat")],
)
def test_who_is_known_is_told_that_nothing_could_be_taken(
    world: World, reported: dict[str, Any], name: str, reason: str, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    raw = exhibit(name, to=str(sent_to(world, WORK)[0].reply_to))
    found, [told] = refused(world, reported, raw, caplog)
    assert found == reason
    assert told.to == WORK
    assert word in told.text


def test_a_mail_that_is_too_long_is_sent_back_in_words(
    world: World, reported: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    found, [told] = refused(world, reported, bytes(written(world, "mycket " * 4000)), caplog)
    assert found == "too_long"
    assert "20 000 tecken" in told.text


def test_script_is_only_text(world: World, reported: dict[str, Any]) -> None:
    world.mail_comes(exhibit("script", to=str(sent_to(world, WORK)[0].reply_to)))
    world.settle()
    page = world.call("cases", "GET", f"/c/{reported['reference']}").text
    assert "<script>alert" not in page
    assert "Lagat &lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_two_machines_that_answer_each_other_stop(
    world: World, reported: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(12):
        answered(world, f"Vi har tagit emot ert mejl, nummer {number}.")
    raw = bytes(written(world, "Vi har tagit emot ert mejl, nummer 13."))
    assert refused(world, reported, raw, caplog) == ("too_often", [])
    assert types(world.case(reported["reference"]).json()).count("ReplyPosted") == 12


def test_who_handed_the_case_over_does_not_answer_for_it_any_more(
    world: World, reported: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    head = {"pk": {"S": f"C#{reported['case_id']}"}, "sk": {"S": "HEAD"}}
    boto3.client("dynamodb").update_item(
        TableName=ENVIRONMENT["CASES_TABLE"],
        Key=head,
        UpdateExpression="SET municipality = :code",
        ExpressionAttributeValues={":code": {"S": "0183"}},
    )
    assert refused(world, reported, bytes(written(world, "Klart")), caplog)[0] == "stranger"


def test_a_very_large_mail_is_taken_without_what_is_too_large(world: World, reported: dict[str, Any]) -> None:
    mail = written(world, "Se bilden.")
    mail.add_attachment(bytes(25 * 1024 * 1024), maintype="image", subtype="jpeg", filename="stor.jpg")
    world.mail_comes(bytes(mail))
    world.settle()
    assert world.case(reported["reference"]).json()["timeline"][-1]["text"] == "Se bilden."
    assert "15 MB" in sent_to(world, WORK)[-1].text
