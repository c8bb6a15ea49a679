"""Which domains are nobody's own."""

from __future__ import annotations

import pytest

from synpunkt.responsibility.shared_domains import is_shared


@pytest.mark.parametrize("domain", ["co.uk", "com.se", "org.se", "kommunalforbund.se", "ac.se", "y.se", "gov.uk", "se"])
def test_what_a_country_keeps_for_many_is_nobodys(domain: str) -> None:
    assert is_shared(domain)


@pytest.mark.parametrize("domain", ["skovde.se", "kil.se", "skovde.co.uk", "region.org", "are.nu", "www.org.se"])
def test_what_somebody_registered_is_theirs(domain: str) -> None:
    assert not is_shared(domain)
