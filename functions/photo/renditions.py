"""From an unknown file to two safe JPEGs: checked before it is decoded, turned upright, without any metadata."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageDraw, ImageOps

from synpunkt.lifecycle import Box

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 40_000_000
# Rendition name → longest side, pixels.
SIZES: Mapping[str, int] = {"1600": 1600, "320": 320}
_QUALITY = 82

# The first bytes of what we read; HEIC is an ISO base media file with one of these brands.
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


class Rejected(Exception):
    """The file cannot be used. `reason`: `not_an_image`, `too_many_pixels`, `too_large`, `damaged` or `lost`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Renditions:
    """Safe JPEGs by rendition name, and the size of the largest, pixels."""

    jpegs: Mapping[str, bytes]
    width: int
    height: int


def make_renditions(original: bytes) -> Renditions:
    """The renditions of a JPEG, PNG, WebP or HEIC file. Raises `Rejected` for anything else.

    Format and pixel count are read from the header first: a small file can unfold to gigabytes.
    """
    if len(original) > MAX_BYTES:
        raise Rejected("too_large")
    file_format = _format(original)
    if file_format is None:
        raise Rejected("not_an_image")
    if file_format == "HEIF":
        _register_heif()
    image = _opened(original, file_format)
    if image.width * image.height > MAX_PIXELS:
        raise Rejected("too_many_pixels")
    try:
        upright = ImageOps.exif_transpose(_decoded(image))
        plain = _plain_rgb(upright)
    except Exception as error:
        # Decoders meet hostile files with many kinds of errors (struct.error, TypeError, …); each means the same.
        raise Rejected("damaged") from error
    jpegs, large = {}, plain
    for name, side in sorted(SIZES.items(), key=lambda each: -each[1]):
        smaller = plain.copy()
        smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
        if side == max(SIZES.values()):
            large = smaller
        jpegs[name] = _jpeg(smaller)
    return Renditions(jpegs, large.width, large.height)


def covered(large: bytes, boxes: Sequence[Box]) -> Mapping[str, bytes]:
    """The renditions of a photo with parts of it covered, from the large one as we made it.

    The small rendition is made from the covered one.
    """
    image = cover(Image.open(io.BytesIO(large), formats=["JPEG"]).convert("RGB"), boxes)
    jpegs = {}
    for name, side in SIZES.items():
        smaller = image.copy()
        smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
        jpegs[name] = _jpeg(smaller)
    return jpegs


def cover(image: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    """The same image, with every pixel black that a box touches."""
    draw = ImageDraw.Draw(image)
    for box in boxes:
        left, top = math.floor(box.x * image.width), math.floor(box.y * image.height)
        right, bottom = math.ceil((box.x + box.width) * image.width), math.ceil((box.y + box.height) * image.height)
        # Pillow counts the last row and column in.
        draw.rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), fill="black")
    return image


def _format(original: bytes) -> str | None:
    if original[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if original[:8] == b"\x89PNG\r\n\x1a\n":
        return "PNG"
    if original[:4] == b"RIFF" and original[8:12] == b"WEBP":
        return "WEBP"
    if original[4:8] == b"ftyp" and original[8:12] in _HEIC_BRANDS:
        return "HEIF"
    return None


def _register_heif() -> None:
    # Loaded only for HEIC: most photos are JPEG and should not wait for the decoder's import.
    from pi_heif import register_heif_opener

    register_heif_opener(thumbnails=False)


def _opened(original: bytes, file_format: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Our own limit follows; Pillow's warning would only be noise.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(original), formats=[file_format])
    except Image.DecompressionBombError as error:
        raise Rejected("too_many_pixels") from error
    except Exception as error:
        raise Rejected("damaged") from error


def _decoded(image: Image.Image) -> Image.Image:
    # JPEG can be decoded at a fraction of its size, which saves most of time and memory for phone photos.
    image.draft("RGB", (SIZES["1600"], SIZES["1600"]))
    image.load()
    return image


def _plain_rgb(image: Image.Image) -> Image.Image:
    """The pixels alone, in sRGB, on white where they were transparent; a new image that carries no metadata."""
    profile = image.info.get("icc_profile")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        with_alpha = image.convert("RGBA")
        flat = Image.new("RGB", image.size, "white")
        flat.paste(with_alpha, mask=with_alpha.getchannel("A"))
    elif image.mode == "RGB" and profile:
        flat = _in_srgb(image, profile)
    else:
        flat = image.convert("RGB")
    return Image.frombytes("RGB", flat.size, flat.tobytes())


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        # A broken colour profile only means colours a little off; the photo is still worth having.
        return image
    return converted if converted is not None else image


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return out.getvalue()
