"""What operators find out about a municipality, and write down with its source."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from functions.desk.joining.claiming import Claiming
from functions.desk.registry.registry_models import EvidenceIn, EvidenceList, EvidenceOut, EvidenceRecorded
from synpunkt import clock
from synpunkt.claims import Evidence
from synpunkt.clock import to_iso
from synpunkt.http import Problem
from synpunkt.http.problem import not_found
from synpunkt.places import municipality
from synpunkt.responsibility.free_mail import is_free_mail
from synpunkt.stores.evidence import EvidenceStore


@dataclass(frozen=True, slots=True)
class Operating:
    """Evidence with its store. `claiming`: sends the links that waited for it."""

    evidence: EvidenceStore
    claiming: Claiming

    def record(self, code: str, asked: EvidenceIn, by: str) -> EvidenceRecorded:
        """Keeps one address or one domain of a municipality."""
        if municipality(code) is None:
            raise not_found()
        if (asked.mail is None) == (asked.domain is None) or (asked.domain and asked.unit):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "mail_or_domain")
        # A free service's domain would prove everybody's claim; a department's own address there proves nothing.
        if is_free_mail(asked.mail or f"@{asked.domain}"):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "free_mail")
        value = asked.mail or asked.domain or ""
        evidence = Evidence(code, value, asked.source, by, clock.now(), asked.unit)
        sent = self.claiming.record(evidence)
        return EvidenceRecorded(**_out(evidence).model_dump(), links_sent=sent)

    def known(self, code: str) -> EvidenceList:
        """Everything that was written down about a municipality."""
        return EvidenceList(evidence=[_out(each) for each in self.evidence.of(code)])


def _out(evidence: Evidence) -> EvidenceOut:
    return EvidenceOut(
        value=evidence.value,
        unit=evidence.unit,
        source=evidence.source,
        note=evidence.note,
        by=evidence.by,
        at=to_iso(evidence.at),
    )
