"""Cuts airports.csv from the table of the package airportsdata 20260905 on PyPI.

    python -m venv /tmp/cut && /tmp/cut/bin/pip install airportsdata==20260905
    /tmp/cut/bin/python registry/data/cut_airports.py

© Mike Borsetti, MIT licence. Only airports with an IATA code are kept, of them the code, city,
country, WGS-84 degrees and time zone. The code of a whole city (LON, TYO) is not among them.
Countries are ISO 3166-1; Kosovo, which has no code there, is left out.
"""

import csv
import unicodedata
from pathlib import Path

import airportsdata

TARGET = Path(__file__).with_name("airports.csv")
COLUMNS = ["iata", "city", "country", "latitude", "longitude", "timezone"]
NOT_ISO = {"XK", ""}


def plain(name: str) -> str:
    """Without accents, as itineraries write it."""
    decomposed = unicodedata.normalize("NFD", name)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip()


def cut() -> None:
    found = airportsdata.load("IATA")
    rows = [
        [code, plain(a["city"]), a["country"], round(a["lat"], 4), round(a["lon"], 4), a["tz"]]
        for code, a in sorted(found.items())
        if a["country"] not in NOT_ISO and a["city"]
    ]
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *rows])
    print(f"{len(rows)} airports in {TARGET.name}")


if __name__ == "__main__":
    cut()
