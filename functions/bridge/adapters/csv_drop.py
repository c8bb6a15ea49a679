"""A file for each case in a bucket as back office, for systems that read files. Opens in Excel as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from functions.bridge.adapters.base import Adapter, Case, Receipt, Tools
from functions.bridge.adapters.plain import asked_of_aws, fields

# What a spreadsheet takes for a formula, also behind blanks and in full width.
_FORMULA = tuple("=+-@|%＝＋－＠")


class Config(BaseModel):
    """`bucket`, and under what name in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bucket: Annotated[str, Field(pattern=r"^[a-z0-9.-]{3,63}$")]
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9_/-]{0,100}$")] = "synpunkt/"


def make(config: Mapping[str, Any], secrets: Mapping[str, str], tools: Tools) -> Adapter:
    """The adapter."""
    return CsvDrop(Config.model_validate(config), tools)


def cell(value: str) -> str:
    """The value on one line, with an apostrophe before what a spreadsheet would run."""
    line = " ".join(value.split())
    return f"'{line}" if line.startswith(_FORMULA) else line


def document(case: Case) -> bytes:
    """Headings and one row: semicolons and a byte order mark, as Excel in Swedish reads."""
    written = io.StringIO()
    rows = csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL)
    told = fields(case)
    rows.writerow(told)
    rows.writerow(map(cell, told.values()))
    return written.getvalue().encode("utf-8-sig")


@dataclass(frozen=True, slots=True)
class CsvDrop(Adapter):
    """Puts into S3."""

    config: Config
    tools: Tools

    def send(self, case: Case) -> Receipt:
        """One file, named by the case: written again it is the same one."""
        key = f"{self.config.prefix}{case.created_at[:10]}/{case.reference}-{case.case_id}.csv"
        with asked_of_aws():
            self.tools.client("s3").put_object(
                Bucket=self.config.bucket,
                Key=key,
                Body=document(case),
                ContentType="text/csv; charset=utf-8",
                ServerSideEncryption="AES256",
            )
        return Receipt()
