"""Addresses that anybody can have."""

from __future__ import annotations

import pytest

from synpunkt.responsibility.free_mail import is_free_mail


@pytest.mark.parametrize(
    ("address", "free"),
    [
        ("kommunen@gmail.com", True),
        ("Kommunen@GMAIL.com ", True),
        ("kommunen@hotmail.se.", True),
        ("kommunen@mail.yahoo.com", True),
        ("registrator@notgmail.com", False),
        ("registrator@goteborg.example", False),
        ("gmail.com@kommun.example", False),
        ("kommunen@live.kommun.example", False),
    ],
)
def test_free_mail_is_known_by_its_domain(address: str, free: bool) -> None:
    assert is_free_mail(address) is free
