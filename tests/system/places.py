"""Twenty real places in Sweden, and whose they are."""

from __future__ import annotations

from typing import NamedTuple


class Spot(NamedTuple):
    """A point, degrees WGS84, with its municipality and whether that one receives cases in a fresh local stack."""

    name: str
    lat: float
    lon: float
    code: str
    claimed: bool = True


PLACES = (
    Spot("Stockholm central station", 59.3307, 18.0593, "0180"),
    Spot("Slussen", 59.3195, 18.0722, "0180"),
    Spot("Kista", 59.4031, 17.9448, "0180"),
    Spot("Skärholmen", 59.2771, 17.9070, "0180"),
    Spot("Sundbyberg", 59.3610, 17.9720, "0183"),
    Spot("Hallonbergen", 59.3755, 17.9690, "0183"),
    Spot("Solna centrum", 59.3600, 18.0009, "0184"),
    Spot("Hagaparken", 59.3620, 18.0390, "0184"),
    Spot("Visby", 57.6380, 18.2960, "0980"),
    Spot("Fårösund", 57.8630, 19.0560, "0980"),
    Spot("Hemse", 57.2370, 18.3760, "0980"),
    Spot("Bergsjö", 61.9800, 17.0600, "2132"),
    Spot("Gnarp", 62.0480, 17.2660, "2132"),
    Spot("Motala", 58.5370, 15.0365, "0583"),
    Spot("Borensberg", 58.5600, 15.2850, "0583"),
    Spot("an islet in Stockholm's archipelago", 59.4030, 18.7600, "0120", claimed=False),
    Spot("one side of a border", 59.3640, 17.9776, "0183"),
    Spot("the other side of it", 59.3640, 17.9782, "0184"),
    Spot("Göteborg", 57.7089, 11.9746, "1480", claimed=False),
    Spot("Kiruna", 67.8558, 20.2253, "2584", claimed=False),
)
