"""A case from report to answer with nothing but a mailbox, on the deployed stack."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from email.message import EmailMessage
from typing import Any

import pytest

from infra.local.harness import PrivateStack
from infra.local.layout import ROOT
from tests.component.pictures import phone_photo
from tests.system.citizen import Citizen, Receipt, eventually

pytestmark = pytest.mark.system
DEPARTMENT = "street@0180.example"


def _synpunkt(stack: PrivateStack, *arguments: str, given: bytes | None = None) -> str:
    """The operator's command, as typed at the keyboard."""
    command = [sys.executable, "-c", "from synpunkt.cli import main; main()", "mail", *arguments]
    environment = os.environ | {"SYNPUNKT_STATE": str(stack.state)}
    done = subprocess.run(command, cwd=ROOT, env=environment, input=given, capture_output=True, check=True)
    return done.stdout.decode().strip()


def _mail(stack: PrivateStack, receipt: Receipt, by: str, purpose: str, words: str, photo: bytes | None = None) -> None:
    mail = EmailMessage()
    mail["From"] = f"Den som svarar <{by}>"
    mail["To"] = _synpunkt(stack, "address", receipt.reference, "--as", purpose)
    mail["Subject"] = f"Sv: [{receipt.reference}]"
    mail["Message-ID"] = f"<{uuid.uuid4()}@example>"
    mail.set_content(words)
    if photo:
        mail.add_attachment(photo, maintype="image", subtype="jpeg", filename="IMG_0002.JPG")
    _synpunkt(stack, "deliver", given=bytes(mail))


def _told(citizen: Citizen, receipt: Receipt, to: str, about: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        mails = citizen.messages(receipt, "email")
        return next((each for each in mails if each["to"] == to and about in each["subject"]), None)

    return eventually(look, f"a mail to {to} about {about}")


def test_a_case_lives_on_the_mailbox_alone(stack: PrivateStack) -> None:
    citizen = Citizen(stack.url)
    reporter = f"{uuid.uuid4().hex[:8]}@example.org"
    receipt = citizen.report(location={"lat": 59.3307, "lon": 18.0593}, reporter={"email": reporter})
    work = _told(citizen, receipt, DEPARTMENT, receipt.reference)
    assert "Skriv KLART överst" in work["text"]

    words = "KLART\n\nHålet är fyllt, så här blev det.\n\nMvh\nGatukontoret\n"
    quoted = (
        "\n\nFrån: Synpunkt <synpunkt@synpunkt.example>\nSkickat: i dag\nTill: oss\nÄmne: ärendet\n\n" + work["text"]
    )
    _mail(stack, receipt, DEPARTMENT, "work", words + quoted, phone_photo())
    case = citizen.when(receipt, lambda case: case["status"] == "resolved" and len(case["photos"]) == 1)
    page = citizen.http.get(f"/c/{receipt.reference}").text
    assert "Åtgärdad" in page
    assert "Hålet är fyllt, så här blev det." in page
    assert "Gatukontoret" not in page
    assert work["text"].partition("#t=")[2].split()[0] not in page
    assert citizen.http.get(case["photos"][0]["thumbnail_url"]).status_code == 200
    news = _told(citizen, receipt, reporter, "Avslutat")
    assert "Hålet är fyllt" in news["text"]

    _mail(stack, receipt, reporter, "reporter", "Inte lagat, det är ett nytt hål bredvid.\n\n" + news["text"])
    update = _told(citizen, receipt, DEPARTMENT, "har skrivit mer")
    assert "Inte lagat, det är ett nytt hål bredvid." in update["text"]
    assert reporter not in update["text"]
    case = citizen.when(receipt, lambda case: case["timeline"][-1]["type"] == "CitizenReplied")
    assert case["timeline"][-1]["text"] == "Inte lagat, det är ett nytt hål bredvid."

    before = [entry["sequence"] for entry in case["timeline"]]
    _mail(stack, receipt, "mallory@evil.example", "work", "KLART")
    _told(citizen, receipt, DEPARTMENT, "från en annan adress")
    assert [entry["sequence"] for entry in citizen.case(receipt).json()["timeline"]] == before
    log = "\n".join(line for line in stack.log().splitlines() if "[ses" not in line)
    assert "mallory" not in log
    assert reporter not in log
