"""Operators' commands against the running stack."""

from __future__ import annotations

import os
import subprocess
import sys

from infra.local.harness import PrivateStack


def routing(stack: PrivateStack, *arguments: str) -> str:
    """What `synpunkt routing …` prints; it must succeed."""
    about = stack.about
    environment = os.environ | {
        "AWS_ENDPOINT_URL": about["endpoint"],
        "AWS_ACCESS_KEY_ID": about["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": about["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": about["region"],
        "REGISTRY_TABLE": about["tables"]["registry"],
        "CASES_TABLE": about["tables"]["cases"],
    }
    code = "from synpunkt.cli import main; main()"
    command = [sys.executable, "-c", code, "routing", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
