"""The municipalities that joined: their systems and the verified addresses of their departments."""

from __future__ import annotations

from synpunkt.responsibility import MunicipalityProfile
from synpunkt.stores.dynamo import query_all


class RegistryStore:
    """Reads the registry. `table`: the name of the registry table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def profile(self, code: str) -> MunicipalityProfile | None:
        """What is known of a municipality; `None` for one that has not joined and has no known address.

        An address whose owner has not been verified is left out: never mail a guess.
        """
        rows = {str(row["sk"]): row for row in query_all(self.table, f"M#{code}")}
        head = rows.get("PROFILE")
        if head is None:
            return None
        mails = {
            row["department"]: row["mail"]
            for sk, row in rows.items()
            if sk.startswith("D#") and row.get("mail") and row.get("mail_verified")
        }
        if head.get("registrar_mail") and head.get("registrar_mail_verified"):
            mails["registrar"] = head["registrar_mail"]
        return MunicipalityProfile(
            code=code,
            claimed=bool(head.get("claimed")),
            topic_arn=head.get("topic_arn"),
            mails=mails,
            acute_phone=head.get("acute_phone"),
        )
