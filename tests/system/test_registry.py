"""An operator changes who takes what, by command, and the deployed stack decides by it with its own permissions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.harness import PrivateStack
from tests.system.citizen import Citizen

pytestmark = pytest.mark.system

CODE = "0183"
POINT = {"lat": 59.3612, "lon": 17.9717}
AROUND = [[17.970, 59.361], [17.973, 59.361], [17.973, 59.362], [17.970, 59.362], [17.970, 59.361]]


def _routing(stack: PrivateStack, *arguments: str) -> str:
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


def test_publish_decide_roll_back(stack: PrivateStack, tmp_path: Path) -> None:
    citizen = Citizen(stack.url)

    def department(category: str) -> str:
        receipt = citizen.report(category=category, location=POINT)
        case = citizen.when(receipt, lambda case: case["department"] is not None)
        assert case["municipality"]["code"] == CODE
        return str(case["department"]["id"])

    assert department("street_light") == "street"
    file = tmp_path / "registry.yaml"
    file.write_text(
        _routing(stack, "export", CODE)
        + "own_categories:\n"
        + "- {id: jetty, group: green, department: culture, name: {sv: Brygga, en: Jetty}}\n"
        + "rules:\n- {id: lights, when: {categories: [street_light]}, to: {department: park}}\n",
        "utf-8",
    )
    assert "would move" in _routing(stack, "dry-run", str(file))
    assert "version 1" in _routing(stack, "publish", str(file), "--note", "lights are the park's", "--author", "anna")
    assert department("street_light") == "park"
    assert department("jetty") == "culture"
    listed = citizen.http.get("/api/v1/categories", params={"municipality": CODE}).json()
    assert "jetty" in [each["category"] for group in listed["groups"] for each in group["categories"]]
    shape = tmp_path / "centre.geojson"
    shape.write_text(json.dumps({"type": "Polygon", "coordinates": [AROUND]}), "utf-8")
    assert "5 points" in _routing(stack, "area", "put", CODE, "centre", str(shape))
    drawn = "areas:\n- {id: centre, name: {sv: centrum, en: the centre}}\n"
    rule = "- {id: in-centre, when: {areas: [centre], categories: [street_light]}, to: {department: culture}}\n"
    file.write_text(drawn + _routing(stack, "export", CODE) + rule, "utf-8")
    assert "area centre added" in _routing(stack, "publish", str(file), "--note", "the centre", "--author", "anna")
    assert department("street_light") == "culture"
    _routing(stack, "rollback", CODE, "0", "--note", "no")
    assert department("street_light") == "street"
