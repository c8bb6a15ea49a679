"""Finds the local stack for a command typed at the keyboard."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import typer


def use_local_stack(table: str = "cases", state: Path = Path(".local")) -> str:
    """Points this process at the stack that `make run` started here, and answers the name of one of its tables.

    Raises `typer.BadParameter` when there is none.
    """
    name: str = local_stack(state, table)["tables"][table]
    return name


def local_stack(state: Path = Path(".local"), table: str = "cases") -> dict[str, Any]:
    """Points this process at the local stack, and answers what that stack wrote down about itself.

    Raises `typer.BadParameter` when there is none; `table` is what its advice names.
    """
    try:
        about: dict[str, Any] = json.loads((state / "stack.json").read_text("utf-8"))
    except OSError as error:
        raise typer.BadParameter(
            "no local stack here: start one with make run, "
            f"or set {table.upper()}_TABLE and AWS credentials for a cloud stage"
        ) from error
    os.environ["AWS_ENDPOINT_URL"] = about["endpoint"]
    os.environ["AWS_ACCESS_KEY_ID"] = about["aws_access_key_id"]
    os.environ["AWS_SECRET_ACCESS_KEY"] = about["aws_secret_access_key"]
    os.environ["AWS_DEFAULT_REGION"] = about["region"]
    os.environ["USER_POOL_ID"] = about["staff_pool"]
    os.environ["DESK_CLIENT_ID"] = about["desk_client"]
    return about
