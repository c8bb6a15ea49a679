"""cfn-lint finds nothing in what CloudFormation would get."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.expand import REGION, expanded


@pytest.mark.parametrize("name", ["data", "app"])
def test_cfn_lint_finds_nothing(name: str, tmp_path: Path) -> None:
    template = tmp_path / f"{name}.json"
    template.write_text(json.dumps(expanded(name), indent=1))
    lint = [str(Path(sys.executable).parent / "cfn-lint"), "--regions", REGION, "--", str(template)]
    done = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
