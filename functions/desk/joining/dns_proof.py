"""What a domain says of itself in public, behind an interface: name servers are asked in `dns_resolver`."""

from __future__ import annotations

from typing import Protocol


class NoAnswer(Exception):
    """No name server answered in time; the same question may have an answer a little later."""


class TxtResolver(Protocol):
    """Somebody who can be asked for TXT records."""

    def texts(self, domain: str) -> frozenset[str]:
        """Every TXT record of the domain; none when there is no such domain. Raises `NoAnswer`."""
