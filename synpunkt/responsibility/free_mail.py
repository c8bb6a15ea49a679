"""Mail domains that anybody can get an address at: an address there says nothing about who reads it."""

from __future__ import annotations

# Whole domains and everything under them. The large providers, and those people in Sweden have.
_DOMAINS = """
163.com aim.com algonet.se aol.com aol.se bahnhof.se bredband.net bredband2.com comhem.se cox.net disroot.org
duck.com email.com fastmail.com fastmail.fm fastmail.se glocalnet.net gmail.com gmx.at gmx.com gmx.de gmx.net
googlemail.com guerrillamail.com hey.com home.se hotmail.co.uk hotmail.com hotmail.dk hotmail.fi hotmail.no
hotmail.se hushmail.com icloud.com inbox.com inbox.lv live.co.uk live.com live.dk live.fi live.no live.se mac.com
mail.com mail.ru mailbox.org mailfence.com mailinator.com me.com msn.com ownit.nu outlook.com outlook.dk outlook.se
passagen.se pm.me posteo.de posteo.net proton.me protonmail.ch protonmail.com qq.com riseup.net rocketmail.com
runbox.com sharklasers.com spray.se swipnet.se tele2.se telia.com temp-mail.org tempmail.com tiscali.se tuta.com
tuta.io tutanota.com tutanota.de wp.pl yahoo.co.uk yahoo.com yahoo.de yahoo.dk yahoo.fi yahoo.no yahoo.se yandex.com
yandex.ru ymail.com yopmail.com zoho.com zoho.eu zohomail.com zohomail.eu
"""
FREE_MAIL = frozenset(_DOMAINS.split())
# Those that have one domain a country: `hotmail.de`, `yahoo.com.au`.
_EVERYWHERE = frozenset({"aol", "gmail", "gmx", "googlemail", "hotmail", "live", "msn", "outlook", "yahoo", "ymail"})
_BEFORE_A_COUNTRY = frozenset({"co", "com"})


def is_free_mail(address: str) -> bool:
    """Whether the address is at a provider where anybody can have one, in any case and under any subdomain."""
    labels = address.strip().lower().rpartition("@")[2].rstrip(".").split(".")
    if any(".".join(labels[start:]) in FREE_MAIL for start in range(len(labels))):
        return True
    own = labels[-3:-2] if len(labels) > 2 and labels[-2] in _BEFORE_A_COUNTRY else labels[-2:-1]
    return bool(_EVERYWHERE.intersection(own))
