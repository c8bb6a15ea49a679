"""Mail services that anybody can open an account with: an address there says nothing of whom one works for."""

from __future__ import annotations

# Services with the same name under many top domains: `yahoo.se`, `hotmail.co.uk`.
_NAMES = frozenset({"aol", "gmail", "gmx", "googlemail", "hotmail", "live", "mail", "msn", "outlook", "yahoo", "ymail"})
_SECOND_LEVEL = frozenset({"ac", "co", "com", "net", "org"})
_DOMAINS = frozenset(
    {
        "bahnhof.se",
        "boxbe.com",
        "bredband.net",
        "bredband2.com",
        "brevet.nu",
        "brikks.com",
        "comhem.se",
        "duck.com",
        "fastmail.com",
        "fastmail.fm",
        "glocalnet.net",
        "guerrillamail.com",
        "hey.com",
        "hushmail.com",
        "icloud.com",
        "inbox.com",
        "mac.com",
        "mailbox.org",
        "mailinator.com",
        "me.com",
        "passagen.se",
        "pm.me",
        "posteo.net",
        "proton.me",
        "protonmail.ch",
        "protonmail.com",
        "relay.firefox.com",
        "riseup.net",
        "rocketmail.com",
        "spray.se",
        "swipnet.se",
        "tele2.se",
        "telia.com",
        "telia.se",
        "tuta.com",
        "tuta.io",
        "tutanota.com",
        "web.de",
        "yandex.com",
        "yandex.ru",
        "zoho.com",
    }
)


def is_free_mail(address: str) -> bool:
    """Whether the address is at a service that anybody can join. What is no address at all is, too: nobody's."""
    domain = address.rpartition("@")[2].strip().lower().rstrip(".")
    parts = domain.split(".")
    if "@" not in address or len(parts) < 2:
        return True
    if any(".".join(parts[start:]) in _DOMAINS for start in range(len(parts) - 1)):
        return True
    own = parts[-3] if len(parts) > 2 and parts[-2] in _SECOND_LEVEL else parts[-2]
    return own in _NAMES
