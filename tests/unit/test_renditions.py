"""Photos are made safe: upright, small, without metadata; what is not a photo is refused before it is decoded."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from functions.photo.renditions import Rejected, cover, covered, make_renditions
from synpunkt.lifecycle import Box
from tests.component.pictures import huge_png, phone_photo


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_format_becomes_two_jpegs_without_metadata(file_format: str) -> None:
    made = make_renditions(phone_photo(2400, 1800, file_format=file_format))
    assert (made.width, made.height) == (1600, 1200)
    for name, jpeg in made.jpegs.items():
        image = Image.open(io.BytesIO(jpeg))
        assert image.format == "JPEG"
        assert max(image.size) == int(name)
        assert dict(image.getexif()) == {}
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
        for secret in (b"Exif", b"GPS", b"ExamplePhone", b"hemligt", b"http://ns.adobe.com", b"ICC_PROFILE"):
            assert secret not in jpeg


@pytest.mark.parametrize(("orientation", "corner"), [(1, "top left"), (3, "bottom right"), (6, "top right")])
def test_photos_stand_upright(orientation: int, corner: str) -> None:
    made = make_renditions(phone_photo(1200, 800, orientation=orientation))
    image = Image.open(io.BytesIO(made.jpegs["1600"]))
    width, height = image.size
    assert (width > height) == (orientation != 6)
    x = 20 if "left" in corner else width - 20
    y = 20 if "top" in corner else height - 20
    red, green, _ = image.getpixel((x, y))  # type: ignore[misc]
    assert red > 150 > green


def test_a_small_photo_is_not_enlarged() -> None:
    made = make_renditions(phone_photo(200, 100))
    assert (made.width, made.height) == (200, 100)


def test_transparency_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(out, "PNG")
    image = Image.open(io.BytesIO(make_renditions(out.getvalue()).jpegs["320"]))
    assert image.getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"Bara text, fast filen heter foto.jpg.", "not_an_image"),
        (b"", "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_an_image"),
        (b"GIF89a" + b"\0" * 50, "not_an_image"),
        (b"\xff\xd8\xff" + b"nonsense" * 20, "damaged"),
        (phone_photo()[:5000], "damaged"),
        (huge_png(), "too_many_pixels"),
        (b"\xff\xd8\xff" + b"\0" * (15 * 1024 * 1024), "too_large"),
    ],
    ids=["text", "empty", "svg", "gif", "broken jpeg", "cut jpeg", "bomb", "16 MB"],
)
def test_what_is_no_photo_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(Rejected) as refused:
        make_renditions(content)
    assert refused.value.reason == reason


def test_the_bomb_is_small() -> None:
    assert len(huge_png()) < 30_000


@settings(max_examples=150, deadline=None)
@given(position=st.integers(0, 20_000), noise=st.binary(min_size=1, max_size=40), file_format=st.sampled_from("JPW"))
def test_broken_files_are_refused_or_made_safe(position: int, noise: bytes, file_format: str) -> None:
    original = _SAMPLES[file_format]
    at = position % len(original)
    with contextlib.suppress(Rejected):
        make_renditions(original[:at] + noise + original[at + len(noise) :])


_SAMPLES = {
    letter: phone_photo(300, 200, file_format=name) for letter, name in (("J", "JPEG"), ("P", "PNG"), ("W", "WEBP"))
}


_FRACTION = st.floats(min_value=0, max_value=1, exclude_max=True, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(x=_FRACTION, y=_FRACTION, width=_FRACTION, height=_FRACTION)
def test_a_box_covers_every_pixel_it_touches_and_no_other(x: float, y: float, width: float, height: float) -> None:
    box = Box(x, y, min(width or 1e-6, 1 - x), min(height or 1e-6, 1 - y))
    image = cover(Image.new("RGB", (40, 30), "white"), [box])
    for column in range(40):
        for row in range(30):
            touched = (
                column / 40 < box.x + box.width
                and box.x < (column + 1) / 40
                and row / 30 < box.y + box.height
                and box.y < (row + 1) / 30
            )
            black = image.getpixel((column, row)) == (0, 0, 0)
            # Within what floating point is off by, more may be covered, and never less.
            if touched:
                assert black, (column, row)
            elif black:
                assert _touches_nearly(box, column / 40, row / 30), (column, row)


def _touches_nearly(box: Box, left: float, top: float) -> bool:
    across = left - 1e-9 <= box.x + box.width and box.x <= left + 1 / 40 + 1e-9
    return across and top - 1e-9 <= box.y + box.height and box.y <= top + 1 / 30 + 1e-9


def test_what_was_covered_is_not_in_the_small_rendition_either() -> None:
    made = covered(make_renditions(phone_photo()).jpegs["1600"], [Box(0, 0, 0.26, 0.26)])
    for jpeg in made.values():
        image = Image.open(io.BytesIO(jpeg)).convert("RGB")
        reds, greens, _ = (list(band.tobytes()) for band in image.split())
        assert not [red for red, green in zip(reds, greens, strict=True) if red > 150 and green < 80], "no red is left"
