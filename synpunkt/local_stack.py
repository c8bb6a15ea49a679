"""Finds the local stack for a command typed at the keyboard."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import typer


def use_local_stack(table: str = "cases") -> str:
    """Points this process at the stack that `make run` started, and answers the name of one of its tables.

    Raises `typer.BadParameter` when there is none.
    """
    name: str = local_stack(f"{table.upper()}_TABLE and AWS credentials")["tables"][table]
    return name


def local_stack(instead: str = "AWS credentials") -> dict[str, Any]:
    """Points this process at the local stack, and answers what that stack wrote down about itself.

    Raises `typer.BadParameter` when there is none; `instead`: what a cloud stage needs.
    """
    about = _about(instead)
    os.environ["AWS_ENDPOINT_URL"] = about["endpoint"]
    os.environ["AWS_ACCESS_KEY_ID"] = about["aws_access_key_id"]
    os.environ["AWS_SECRET_ACCESS_KEY"] = about["aws_secret_access_key"]
    os.environ["AWS_DEFAULT_REGION"] = about["region"]
    os.environ["USER_POOL_ID"] = about["staff_pool"]
    os.environ["DESK_CLIENT_ID"] = about["desk_client"]
    return about


def local_url() -> str:
    """Where the stack that `make run` started answers. Raises `typer.BadParameter` when there is none."""
    return str(_about("SYNPUNKT_URL and SYNPUNKT_KEY")["public_url"])


def _about(instead: str) -> dict[str, Any]:
    state = Path(os.environ.get("SYNPUNKT_STATE") or ".local")
    try:
        about: dict[str, Any] = json.loads((state / "stack.json").read_text("utf-8"))
    except OSError as error:
        raise typer.BadParameter(
            f"no local stack in {state}: start one with make run, name its folder in SYNPUNKT_STATE, "
            f"or set {instead} for a cloud stage"
        ) from error
    return about
