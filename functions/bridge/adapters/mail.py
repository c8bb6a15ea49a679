"""A mail to an address as back office. It has no number and cannot be asked; `POST /status` may tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from functions.bridge.adapters.base import Adapter, Case, Receipt, Tools
from functions.bridge.adapters.plain import asked_of_aws, fields

_Address = Annotated[str, Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$", max_length=254)]


class Config(BaseModel):
    """`from`: an address that SES in this account may send as."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_: _Address = Field(alias="from")
    to: _Address


def make(config: Mapping[str, Any], secrets: Mapping[str, str], tools: Tools) -> Adapter:
    """The adapter."""
    return Mail(Config.model_validate(config), tools)


@dataclass(frozen=True, slots=True)
class Mail(Adapter):
    """Sends by SES."""

    config: Config
    tools: Tools

    def send(self, case: Case) -> Receipt:
        """One mail: the case in lines, a reply to it going to whoever reported it, if they are known."""
        lines = [f"{name}: {value}" for name, value in fields(case).items() if value]
        subject = " ".join(f"Synpunkt {case.reference}: {case.category_name}".split())
        reporter = case.reporter and case.reporter.email
        with asked_of_aws():
            self.tools.client("sesv2").send_email(
                FromEmailAddress=self.config.from_,
                Destination={"ToAddresses": [self.config.to]},
                ReplyToAddresses=[reporter] if reporter else [],
                Content={
                    "Simple": {
                        "Subject": {"Data": subject, "Charset": "UTF-8"},
                        "Body": {"Text": {"Data": "\n".join(lines), "Charset": "UTF-8"}},
                    }
                },
            )
        return Receipt()
