"""What stands beside a case at the desk: what is about to be said, and what it is about with others."""

from __future__ import annotations

from datetime import timedelta
from functools import cache, partial
from typing import Any

from functions.desk.cases.departments import knows, within
from functions.desk.cases.models import SendingOut
from functions.desk.many.bulks import Bulks
from functions.desk.many.incidents import Incidents
from functions.desk.settings import ApiSettings
from functions.desk.words.sendings import Sendings
from functions.desk.words.writers import Writers
from synpunkt.clock import to_iso
from synpunkt.http.enclosing import Enclosures
from synpunkt.identity import Caller
from synpunkt.lifecycle import Case
from synpunkt.sending_queue import SendingQueue
from synpunkt.stores.bulks import BulkStore
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.drafts import DraftStore
from synpunkt.stores.incidents import IncidentStore
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.sendings import Sending, SendingState, SendingStore
from synpunkt.stores.staff import StaffStore
from synpunkt.stores.uploads import UploadStore
from synpunkt.texts import text


def bulks_on(cases_table: str, registry_table: str, queue_url: str, delay_seconds: int) -> Bulks:
    """Many at once, with the stores of those tables."""
    cases, queue = CaseStore(cases_table), SendingQueue(queue_url)
    delay = timedelta(seconds=delay_seconds)
    writers = Writers(StaffStore(registry_table), KeyStore(registry_table))
    enclosures = Enclosures(cases, UploadStore(cases_table))
    sendings = Sendings(enclosures, SendingStore(cases_table), DraftStore(cases_table), queue, delay, writers)
    return Bulks(BulkStore(cases_table), sendings, IncidentStore(cases_table))


@cache
def bulks() -> Bulks:
    """Many at once."""
    settings = ApiSettings.from_env()
    return bulks_on(
        settings.cases_table, settings.registry_table, settings.sending_queue_url, settings.sending_delay_seconds
    )


@cache
def incidents() -> Incidents:
    """Cases as one happening."""
    return Incidents(bulks().sendings.cases, bulks().incidents)


def beside(case: Case, caller: Caller, language: str) -> dict[str, Any]:
    """What those who have the case see beside it; who once had it, or works elsewhere, sees nothing of that."""
    if case.municipality is None or case.municipality not in caller.municipalities or not within(caller, case):
        return {}
    shown = (SendingState.WAITING, SendingState.STOPPED)
    found = bulks().sendings.store.of_case(case.case_id)
    mine = [each for each in found if each.state in shown and each.municipality == case.municipality]
    return {
        "incident": incidents().brief(case, language, partial(knows, caller)),
        "sendings": [sending_out(each, caller, language) for each in mine],
    }


def sending_out(sending: Sending, caller: Caller, language: str) -> SendingOut:
    """A sending for somebody who may see that there is one."""
    mine = sending.by == caller.caller_id
    readable = mine or sending.state is SendingState.WAITING
    return SendingOut(
        sending_id=sending.sending_id,
        case_id=sending.case_id,
        act=sending.act,
        state=sending.state.value,
        send_at=to_iso(sending.send_at),
        mine=mine,
        fields=dict(sending.fields) if readable else None,
        why=sending.why,
        why_text=text(f"problem.{sending.why}.detail", language) if sending.why else None,
        bulk_id=sending.bulk_id,
    )
