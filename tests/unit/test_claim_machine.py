"""A claim: proven, agreed and approved in that order, and nothing less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from synpunkt.claims import (
    OPEN_FOR,
    Agreement,
    Claim,
    ClaimRefusal,
    ClaimState,
    Evidence,
    Verdict,
    agree,
    approve,
    begin,
    dns_record,
    followed_up,
    new_link,
    prove_by_dns,
    prove_by_mail,
    refuse,
    state_at,
)
from synpunkt.responsibility.free_mail import is_free_mail

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ADDRESS = Evidence("1496", "kommun@skovde.example", "https://skovde.example/kontakt", "op", NOW)
DOMAIN = replace(ADDRESS, value="skovde.example")


def _begun(**fields: str) -> Claim:
    given = {"municipality": "1496", "name": "Ada", "email": "kommun@skovde.example", "role": "IT-chef", **fields}
    return begin(claim_id="C", language="sv", dns_token="t" * 32, now=NOW, **given)


def _agreement(at: datetime = NOW) -> Agreement:
    return Agreement("1", "d", "Ada", "Kommundirektör", at)


def _verdict(at: datetime = NOW) -> Verdict:
    return Verdict("op", "checked", at)


PROVEN = prove_by_mail(_begun(), ADDRESS, NOW)
AGREED = agree(PROVEN, _agreement())
APPROVED = approve(AGREED, _verdict())


def _code(step: Callable[[], Claim]) -> str:
    with pytest.raises(ClaimRefusal) as refused:
        step()
    return refused.value.code


def test_proven_then_agreed_then_approved() -> None:
    assert [each.state for each in (_begun(), PROVEN, AGREED, APPROVED)] == [
        ClaimState.BEGUN,
        ClaimState.PROVEN,
        ClaimState.AGREED,
        ClaimState.APPROVED,
    ]
    assert [each.version for each in (_begun(), PROVEN, AGREED, APPROVED)] == [1, 2, 3, 4]
    assert followed_up(APPROVED).followed_up


def test_nothing_is_left_out() -> None:
    assert _code(lambda: agree(_begun(), _agreement())) == "not_proven"
    assert _code(lambda: approve(_begun(), _verdict())) == "not_proven"
    assert _code(lambda: approve(PROVEN, _verdict())) == "not_agreed"
    assert _code(lambda: followed_up(AGREED)) == "not_approved"


def test_nothing_is_done_twice() -> None:
    assert _code(lambda: prove_by_mail(PROVEN, ADDRESS, NOW)) == "link_not_valid"
    assert _code(lambda: prove_by_dns(PROVEN, DOMAIN, {dns_record(PROVEN)}, NOW)) == "already_proven"
    assert _code(lambda: new_link(PROVEN, NOW)) == "already_proven"
    assert _code(lambda: agree(AGREED, _agreement())) == "already_agreed"
    assert _code(lambda: approve(APPROVED, _verdict())) == "already_decided"
    assert _code(lambda: refuse(APPROVED, _verdict())) == "already_decided"


def test_a_refusal_is_the_end() -> None:
    for claim in (_begun(), PROVEN, AGREED):
        refused = refuse(claim, _verdict())
        assert refused.state is ClaimState.REFUSED
        assert _code(partial(agree, refused, _agreement())) == "already_decided"
        assert _code(partial(approve, refused, _verdict())) == "already_decided"


def test_an_open_claim_expires_and_an_approved_one_never() -> None:
    late = NOW + OPEN_FOR
    for claim in (_begun(), PROVEN, AGREED):
        assert state_at(claim, late - timedelta(milliseconds=1)) is claim.state
        assert state_at(claim, late) is ClaimState.EXPIRED
    assert state_at(APPROVED, late) is ClaimState.APPROVED
    assert _code(lambda: prove_by_mail(_begun(), ADDRESS, late)) == "claim_expired"
    assert _code(lambda: agree(PROVEN, _agreement(late))) == "claim_expired"
    assert _code(lambda: approve(AGREED, _verdict(late))) == "claim_expired"


@pytest.mark.parametrize(
    "evidence",
    [None, replace(ADDRESS, municipality="0180"), replace(ADDRESS, value="annan@skovde.example"), DOMAIN],
)
def test_a_link_proves_nothing_without_evidence_for_that_address(evidence: Evidence | None) -> None:
    assert _code(lambda: prove_by_mail(_begun(), evidence, NOW)) == "no_evidence"


def test_a_record_at_the_official_domain_proves_addresses_there_only() -> None:
    record = {"v=spf1 -all", dns_record(_begun())}
    assert prove_by_dns(_begun(), DOMAIN, record, NOW).state is ClaimState.PROVEN
    assert prove_by_dns(_begun(email="k@it.skovde.example"), DOMAIN, record, NOW).proof is not None
    assert _code(lambda: prove_by_dns(_begun(email="k@notskovde.example"), DOMAIN, record, NOW)) == "address_elsewhere"
    assert _code(lambda: prove_by_dns(_begun(), DOMAIN, {"synpunkt-claim=x"}, NOW)) == "record_not_found"
    assert _code(lambda: prove_by_dns(_begun(), ADDRESS, record, NOW)) == "no_evidence"
    assert _code(lambda: prove_by_dns(_begun(), replace(DOMAIN, municipality="0180"), record, NOW)) == "no_evidence"


def test_an_address_anybody_can_have_begins_nothing() -> None:
    assert _code(lambda: _begun(email="skovdekommun@gmail.com")) == "free_mail"


@pytest.mark.parametrize(
    "address",
    ["a@gmail.com", "A@GMAIL.COM", "a@hotmail.se", "a@hotmail.co.uk", "a@yahoo.fr", "a@mail.yahoo.com", "a@live.se",
     "a@telia.com", "a@comhem.se", "a@proton.me", "a@icloud.com.", "a@bredband.net", "a@sub.outlook.com"],
)  # fmt: skip
def test_free_mail(address: str) -> None:
    assert is_free_mail(address)


@pytest.mark.parametrize("address", ["a@skovde.se", "a@live.skovde.se", "a@gmail.skovde.se", "a@notgmail.com"])
def test_not_free_mail(address: str) -> None:
    assert not is_free_mail(address)
