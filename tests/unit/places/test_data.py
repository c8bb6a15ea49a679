"""The committed data is what the build wrote, and complete."""

import hashlib
import json
from pathlib import Path

import pytest

from synpunkt.places import DATA_VERSION, municipalities, municipality
from synpunkt.places.boundaries import BoundaryIndex, index

ROOT = Path(__file__).resolve().parents[3]
PROVENANCE = json.loads((ROOT / "synpunkt/places/data/provenance.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PROVENANCE["sha256"])
def test_checksums_match_the_provenance(name: str) -> None:
    assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == PROVENANCE["sha256"][name]


def test_the_provenance_names_source_and_licence() -> None:
    assert PROVENANCE["data_version"] == DATA_VERSION
    assert PROVENANCE["credit"] == "Källa: SCB"
    assert PROVENANCE["licence"] == "CC BY 4.0"
    assert {Path(name).name for name in PROVENANCE["sha256"]} == {
        "boundaries.bin",
        "municipalities.json",
        "outlines.json",
        "truth.csv",
    }


def test_there_are_290_municipalities() -> None:
    codes = [m.code for m in municipalities()]
    assert len(codes) == len(set(codes)) == 290
    assert codes == sorted(codes) == list(index().codes[1:])
    assert all(len(code) == 4 and code.isdigit() for code in codes)
    assert len({m.county for m in municipalities()}) == 21


def test_names_are_bare_and_full_names_are_swedish() -> None:
    assert not [m.name for m in municipalities() if "kommun" in m.name.lower()]
    full = {m.name: m.full_name for m in municipalities()}
    assert full["Gotland"] == "Region Gotland"
    assert full["Stockholm"] == "Stockholms stad"
    assert full["Motala"] == "Motala kommun"
    assert full["Nordanstig"] == "Nordanstigs kommun"
    assert full["Borås"] == "Borås stad"
    assert full["Falun"] == "Falu kommun"


def test_a_municipality_is_found_by_its_code() -> None:
    gotland = municipality("0980")
    assert gotland is not None
    assert (gotland.name, gotland.county) == ("Gotland", "Gotlands län")
    west, south, east, north = gotland.bbox
    assert west < gotland.lon < east
    assert south < gotland.lat < north
    assert municipality("0000") is None


def test_an_index_of_another_version_is_refused() -> None:
    raw = (ROOT / "synpunkt/places/data/boundaries.bin").read_bytes()
    with pytest.raises(RuntimeError, match="not the index"):
        BoundaryIndex(raw[:12] + b"another version\0" + raw[28:])
    with pytest.raises(RuntimeError, match="cut or padded"):
        BoundaryIndex(raw + b"\0")


def test_outlines_cover_every_municipality_and_share_their_corners() -> None:
    outlines = json.loads((ROOT / "web/shared/outlines.json").read_text(encoding="utf-8"))
    features = outlines["features"]
    assert {f["properties"]["code"]: f["properties"]["name"] for f in features} == {
        m.code: m.name for m in municipalities()
    }
    seen: dict[tuple[float, float], int] = {}
    for feature in features:
        (ring,) = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1]
        assert len(ring) > 4
        for lon, lat in {tuple(corner) for corner in ring}:
            seen[lon, lat] = seen.get((lon, lat), 0) + 1
    # inland every corner belongs to two municipalities or more; only the national border's have one
    assert sum(count > 1 for count in seen.values()) > len(seen) * 0.6
