"""Photos as phones make them, and files that only look like photos."""

from __future__ import annotations

import io
import struct
import zlib

import pillow_heif
from PIL import Image, ImageDraw


def phone_photo(width: int = 1200, height: int = 900, *, orientation: int = 1, file_format: str = "JPEG") -> bytes:
    """A photo with camera, time and GPS position in its metadata; its top left corner is red."""
    image = Image.new("RGB", (width, height), (60, 120, 60))
    ImageDraw.Draw(image).rectangle((0, 0, width // 4, height // 4), fill=(220, 20, 20))
    exif = Image.Exif()
    exif[0x010F] = "ExamplePhone"
    exif[0x0112] = orientation
    exif[0x0132] = "2026:11:21 12:00:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (59.0, 19.0, 50.0), "E", (18.0, 3.0, 33.0)
    out = io.BytesIO()
    if file_format == "HEIF":
        pillow_heif.from_pillow(image).save(out, exif=exif.tobytes())
    else:
        image.save(out, file_format, exif=exif, comment=b"hemligt" if file_format == "JPEG" else None)
    return out.getvalue()


def huge_png(side: int = 12_000) -> bytes:
    """A PNG of a few kilobytes that unfolds to `side` × `side` pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    row = b"\0" + b"\0" * ((side + 7) // 8)
    compressor = zlib.compressobj(9)
    packed = b"".join(compressor.compress(row) for _ in range(side)) + compressor.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
