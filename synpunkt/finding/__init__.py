"""What a text is found by: its words without their endings. Pure; the words nobody searches for are data."""

from synpunkt.finding.words import MAX_STEMS, number_key, stems

__all__ = ["MAX_STEMS", "number_key", "stems"]
