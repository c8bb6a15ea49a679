"""Asks name servers for the TXT records of a domain."""

from __future__ import annotations

from collections.abc import Sequence

import dns.exception
import dns.resolver

from functions.desk.joining.dns_proof import NoAnswer

_SECONDS = 6.0


class DnsResolver:
    """Asks name servers: by default those of the machine. `servers`, `port`: others, as in tests."""

    def __init__(self, servers: Sequence[str] | None = None, port: int = 53) -> None:
        self._resolver = dns.resolver.Resolver(configure=servers is None)
        if servers is not None:
            self._resolver.nameservers = list(servers)
        self._resolver.port = port
        self._resolver.cache = None

    def texts(self, domain: str) -> frozenset[str]:
        """Every TXT record of the domain; none when there is no such domain. Raises `NoAnswer`."""
        try:
            # Absolute, so that no search list of the machine is tried.
            answer = self._resolver.resolve(f"{domain}.", "TXT", lifetime=_SECONDS)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return frozenset()
        except dns.exception.DNSException as error:
            raise NoAnswer(domain) from error
        # A record longer than 255 characters comes in parts that belong together.
        return frozenset(b"".join(each.strings).decode("utf-8", "replace") for each in answer)
