"""What a municipality is called in a sentence.

SCB lists bare names. Swedish puts most of them in the genitive before "kommun" ("Lunds kommun"), but not
names that end in a vowel or a sibilant. The exceptions, and who calls itself a town or a region, were checked
against a published list of the municipalities' own names in November 2026.
"""

_TOWN = {  # "stad" is a name these have chosen; in law all are municipalities
    "Borås", "Göteborg", "Haparanda", "Helsingborg", "Landskrona", "Lidingö", "Malmö", "Mölndal",
    "Solna", "Stockholm", "Sundbyberg", "Trollhättan", "Vaxholm", "Västerås",
}  # fmt: skip
_IRREGULAR = {
    "Falun": "Falu kommun",
    "Gotland": "Region Gotland",
    "Kalmar": "Kalmar kommun",
    "Orust": "Orust kommun",
}


def full_name(name: str) -> str:
    """Give the name as a Swedish sentence has it: "Motala kommun", "Stockholms stad", "Region Gotland"."""
    if name in _IRREGULAR:
        return _IRREGULAR[name]
    genitive = name if name[-1] in "aeiouyåäösxz" else name + "s"
    return f"{genitive} {'stad' if name in _TOWN else 'kommun'}"
