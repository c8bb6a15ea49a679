"""What is understood of incoming mails, whatever program wrote them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.intake.quoting import own_words
from functions.intake.received import Unreadable, read
from functions.intake.trust import forged, is_automatic, may_write
from synpunkt.identity import Purpose, TokenMaker, new_reference
from synpunkt.reply_address import ReplyAddresses
from tests.mails import WORK, exhibit
from tests.unit.test_handling import routed

WRITTEN = {
    "outlook-swedish": "Hej!\n\nTack för att ni hör av er. Vi lagar hålet på tisdag – räkna med lite buller.\n\n"
    "- Asfalten byts\n- Brunnen lyfts",
    "outlook-html-only": "Hej,\n\nLampan är bytt i dag & lyser igen.",
    "gmail-swedish": "Åtgärdat i morse, tack för tipset!",
    "gmail-html-only": "Åtgärdat i morse, tack för tipset!",
    "apple-mail": "Vi har varit där, men hittar inget hål. Kan du skicka ett foto?",
    "apple-mail-broken-header": "Stolpen är utbytt.",
    "iphone": "Klart!\n\nVi fyllde hålet i dag.",
    "outlook-android": "Pågår\n\nArbetslaget är på plats.",
    "bottom-posted": "Hålet är lagat.",
    "interleaved": "Ja, det är djupt.\n\nPå tisdag.",
    "outlook-english": "The lamp is replaced.",
    "quoted-only": "",
    "charset-missing-latin1": "Räcket är lagat på Östra ågatan.",
    "charset-lies": "Räcket är lagat på Östra ågatan.",
    "charset-unknown": "Räcket är lagat på Östra ågatan.",
    "charset-utf16": "Räcket är lagat på Östra ågatan.",
    "charset-mac": "Räcket är lagat på Östra ågatan.",
    "winmail": "",
    "calendar": "Vi ses på plats.",
    "forwarded-inside": "Se bifogat.",
    "script": "Lagat <script>alert(1)</script>",
}
AUTOMATIC = ("out-of-office", "out-of-office-old", "vacation-precedence", "mailing-list", "bounce")


@pytest.mark.parametrize("name", WRITTEN)
def test_only_the_senders_own_words_are_taken(name: str) -> None:
    assert read(exhibit(name)).text == WRITTEN[name]


def test_words_that_only_look_like_a_closing_are_kept() -> None:
    assert "ny vält" in read(exhibit("thanks-first")).text
    assert read(exhibit("thanks-first")).text.endswith("15")


@pytest.mark.parametrize("name", [*WRITTEN, *AUTOMATIC])
def test_machines_are_told_from_people(name: str) -> None:
    mail = read(exhibit(name))
    assert is_automatic(mail.message, mail.sender) is (name in AUTOMATIC)


def test_what_cannot_be_kept_is_named() -> None:
    assert read(exhibit("winmail")).left_out == ("winmail",)
    assert read(exhibit("calendar")).left_out == ()


def test_sender_and_recipient_are_found_in_lower_case() -> None:
    mail = read(exhibit("gmail-swedish", by="Anna.Lind@0180.Example"))
    assert mail.sender == "anna.lind@0180.example"
    assert "svar+7kq-4m2x.aaaabbbbccccddddeeeeffff@mail.synpunkt.example" in mail.recipients


@pytest.mark.parametrize(
    "senders",
    ["", "From: a@x.example, b@x.example\n", "From: a@x.example\nFrom: b@x.example\n", "From: nobody\n", "From: <>\n"],
)
def test_a_mail_without_one_sender_has_none(senders: str) -> None:
    assert read(f"{senders}To: x@y.example\n\nHej".encode()).sender is None


def test_an_address_only_in_the_envelope_is_found() -> None:
    raw = b"Received: from a by b with SMTP id 1\n for svar+x@mail.example;\n Sun, 22 Nov 2026 10:12:31 +0000\n\nHej"
    assert "svar+x@mail.example" in read(raw).recipients


@pytest.mark.parametrize(
    ("results", "why"),
    [
        ("amazonses.com; spf=pass; dkim=pass header.i=@0180.example; dmarc=pass", None),
        ("amazonses.com; spf=none; dkim=none; dmarc=none", None),
        ("amazonses.com; spf=fail client-ip=1; dkim=pass header.i=@0180.example; dmarc=none", None),
        ("amazonses.com; spf=fail; dkim=pass header.i=@else.example; dmarc=none", "forged"),
        ("amazonses.com; spf=fail; dkim=none; dmarc=none", "forged"),
        ("amazonses.com; spf=pass; dkim=fail; dmarc=fail", "forged"),
        ("else.example; spf=pass; dkim=pass; dmarc=pass", "unchecked"),
        ("", "unchecked"),
    ],
)
def test_a_failed_verdict_is_respected(results: str, why: str | None) -> None:
    head = f"X-SES-Spam-Verdict: PASS\nX-SES-Virus-Verdict: PASS\nAuthentication-Results: {results}\n"
    # A second header of the same name is the sender's own.
    raw = f"{head}Authentication-Results: amazonses.com; dmarc=pass\nFrom: {WORK}\n\nHej".encode()
    assert forged(read(raw).message, WORK, checked=True) == why


@pytest.mark.parametrize(
    ("verdicts", "why"),
    [
        ("X-SES-Spam-Verdict: FAIL\nX-SES-Virus-Verdict: PASS\n", "spam"),
        ("X-SES-Spam-Verdict: PASS\nX-SES-Virus-Verdict: FAIL\n", "virus"),
        ("X-SES-Spam-Verdict: PASS\n", "unchecked"),
    ],
)
def test_spam_and_viruses_are_refused(verdicts: str, why: str) -> None:
    assert forged(read(f"{verdicts}From: {WORK}\n\nHej".encode()).message, WORK, checked=True) == why


@pytest.mark.parametrize(
    ("sender", "may"),
    [
        ("street@0180.example", True),
        ("anna.lind@0180.example", True),
        ("anna@evil0180.example", False),
        ("anna@0180.example.evil.example", False),
        ("lilla.byn@gmail.com", True),
        ("somebody.else@gmail.com", False),
    ],
)
def test_a_colleague_may_write_and_a_neighbour_at_a_public_domain_may_not(sender: str, may: bool) -> None:
    assert may_write(sender, {"street@0180.example", "lilla.byn@gmail.com"}) is may


def test_a_reply_address_is_short_and_survives_lower_case() -> None:
    case = replace(routed(), reference=new_reference())
    addresses = ReplyAddresses(TokenMaker(b"k" * 32), "svar@mail.synpunkt.example")
    made = {purpose: addresses.of(case, purpose) for purpose in Purpose}
    for purpose, address in made.items():
        assert address is not None
        assert len(address.partition("@")[0]) <= 64
        reference, token = addresses.parts(address.upper()) or ("", "")
        assert reference == case.reference
        assert addresses.tokens.opens_reply(token, case.case_id, case.token_version) is purpose
        assert addresses.tokens.opens_reply(token, case.case_id, case.token_version + 1) is None
        assert addresses.tokens.opens_case(token, case.case_id, case.token_version, case.round) is None
    assert addresses.parts("svar@mail.synpunkt.example") is None
    assert addresses.parts(str(made[Purpose.WORK]).replace("mail.synpunkt", "evil")) is None
    assert ReplyAddresses(addresses.tokens, "").of(case, Purpose.WORK) is None


def test_links_and_addresses_that_open_a_case_are_taken_out() -> None:
    addresses = ReplyAddresses(TokenMaker(b"k" * 32), "svar@mail.synpunkt.example")
    written = "Se https://s.example/c/7KQ-4M2X#t=abc_DEF-123 eller Svar+7kq-4m2x.abc@mail.synpunkt.example."
    assert addresses.scrubbed(written) == "Se https://s.example/c/7KQ-4M2X eller …."


@pytest.mark.parametrize(
    "raw",
    [b"--b\n\nx\n" * 50_000, b"Content-Type: message/rfc822\n\n" * 2000, b"Content-Type: multipart/mixed\n" * 200],
    ids=["parts", "mails in mails", "nested"],
)
def test_what_no_mail_program_makes_is_not_even_tried(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(b"Content-Type: multipart/mixed; boundary=b\n\n" + raw)


@pytest.mark.parametrize("open_ended", ["<!--", "<![", "<!", "<?", "<", "&", "<a b='"])
def test_html_that_never_ends_is_read_to_the_end(open_ended: str) -> None:
    raw = f"Content-Type: text/html\n\n<p>Hej</p>{open_ended * 60_000}"
    assert read(raw.encode()).text.startswith("Hej")


def test_a_long_letter_is_kept_whole() -> None:
    letter = "\n".join(f"Rad {number} i ett långt brev." for number in range(900))
    assert own_words(letter) == letter


@given(st.binary(max_size=2000))
def test_no_bytes_are_too_odd_to_be_read(raw: bytes) -> None:
    mail = read(b"From: a@x.example\nContent-Type: text/html\n\n" + raw)
    assert isinstance(mail.text, str)
    read(raw)


@given(st.text(max_size=500))
def test_a_plain_answer_with_nothing_quoted_is_never_made_longer(written: str) -> None:
    assert len(own_words(written)) <= len(written)
