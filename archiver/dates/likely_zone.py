"""The likely zone of a page that does not say its own: that of the capital of its country or its language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

# Codes of countries (ISO 3166, lower case: as in addresses and language tags) by the zone of their capital.
COUNTRIES_OF_ZONE = {
    "Africa/Abidjan": "ci bf gm gn ml mr sn tg sl gh",
    "Africa/Accra": "",
    "Africa/Addis_Ababa": "et",
    "Africa/Algiers": "dz",
    "Africa/Cairo": "eg",
    "Africa/Casablanca": "ma",
    "Africa/Dar_es_Salaam": "tz",
    "Africa/Harare": "zw",
    "Africa/Johannesburg": "za ls sz",
    "Africa/Kampala": "ug",
    "Africa/Khartoum": "sd",
    "Africa/Kigali": "rw",
    "Africa/Kinshasa": "cd",
    "Africa/Lagos": "ng bj cm ne",
    "Africa/Luanda": "ao",
    "Africa/Lusaka": "zm",
    "Africa/Maputo": "mz mw bw",
    "Africa/Nairobi": "ke so",
    "Africa/Tripoli": "ly",
    "Africa/Tunis": "tn",
    "Africa/Windhoek": "na",
    "America/Argentina/Buenos_Aires": "ar",
    "America/Asuncion": "py",
    "America/Bogota": "co",
    "America/Caracas": "ve",
    "America/Costa_Rica": "cr",
    "America/El_Salvador": "sv",
    "America/Guatemala": "gt",
    "America/Guayaquil": "ec",
    "America/Havana": "cu",
    "America/Jamaica": "jm",
    "America/La_Paz": "bo",
    "America/Lima": "pe",
    "America/Managua": "ni",
    "America/Mexico_City": "mx",
    "America/Montevideo": "uy",
    "America/New_York": "us gov mil edu",
    "America/Nuuk": "gl",
    "America/Panama": "pa",
    "America/Port_of_Spain": "tt",
    "America/Puerto_Rico": "pr",
    "America/Santiago": "cl",
    "America/Santo_Domingo": "do",
    "America/Sao_Paulo": "br",
    "America/Tegucigalpa": "hn",
    "America/Toronto": "ca",
    "Asia/Almaty": "kz",
    "Asia/Amman": "jo",
    "Asia/Ashgabat": "tm",
    "Asia/Baghdad": "iq",
    "Asia/Baku": "az",
    "Asia/Bangkok": "th",
    "Asia/Beirut": "lb",
    "Asia/Bishkek": "kg",
    "Asia/Colombo": "lk",
    "Asia/Damascus": "sy",
    "Asia/Dhaka": "bd",
    "Asia/Dubai": "ae",
    "Asia/Ho_Chi_Minh": "vn",
    "Asia/Hong_Kong": "hk",
    "Asia/Jakarta": "id",
    "Asia/Jerusalem": "il ps",
    "Asia/Kabul": "af",
    "Asia/Karachi": "pk",
    "Asia/Kathmandu": "np",
    "Asia/Kolkata": "in",
    "Asia/Kuala_Lumpur": "my",
    "Asia/Kuwait": "kw",
    "Asia/Macau": "mo",
    "Asia/Manila": "ph",
    "Asia/Muscat": "om",
    "Asia/Phnom_Penh": "kh",
    "Asia/Pyongyang": "kp",
    "Asia/Qatar": "qa bh",
    "Asia/Riyadh": "sa ye",
    "Asia/Seoul": "kr",
    "Asia/Shanghai": "cn",
    "Asia/Singapore": "sg",
    "Asia/Taipei": "tw",
    "Asia/Tashkent": "uz",
    "Asia/Tbilisi": "ge",
    "Asia/Tehran": "ir",
    "Asia/Tokyo": "jp",
    "Asia/Ulaanbaatar": "mn",
    "Asia/Vientiane": "la",
    "Asia/Yangon": "mm",
    "Asia/Yerevan": "am",
    "Atlantic/Reykjavik": "is",
    "Australia/Sydney": "au",
    "Europe/Amsterdam": "nl",
    "Europe/Athens": "gr",
    "Europe/Belgrade": "rs me",
    "Europe/Berlin": "de",
    "Europe/Bratislava": "sk",
    "Europe/Brussels": "be eu",
    "Europe/Bucharest": "ro",
    "Europe/Budapest": "hu",
    "Europe/Chisinau": "md",
    "Europe/Copenhagen": "dk",
    "Europe/Dublin": "ie",
    "Europe/Helsinki": "fi",
    "Europe/Istanbul": "tr",
    "Europe/Kyiv": "ua",
    "Europe/Lisbon": "pt",
    "Europe/Ljubljana": "si",
    "Europe/London": "uk gb",
    "Europe/Luxembourg": "lu",
    "Europe/Madrid": "es",
    "Europe/Malta": "mt",
    "Europe/Minsk": "by",
    "Europe/Moscow": "ru su",
    "Europe/Oslo": "no",
    "Europe/Paris": "fr",
    "Europe/Prague": "cz",
    "Europe/Riga": "lv",
    "Europe/Rome": "it",
    "Europe/Sarajevo": "ba",
    "Europe/Skopje": "mk",
    "Europe/Sofia": "bg",
    "Europe/Stockholm": "se",
    "Europe/Tallinn": "ee",
    "Europe/Tirane": "al",
    "Europe/Vaduz": "li",
    "Europe/Vienna": "at",
    "Europe/Vilnius": "lt",
    "Europe/Warsaw": "pl",
    "Europe/Zagreb": "hr",
    "Europe/Zurich": "ch",
    "Asia/Nicosia": "cy",
    "Pacific/Auckland": "nz",
    "Pacific/Fiji": "fj",
    "Pacific/Port_Moresby": "pg",
}
# By language, the country whose capital's zone most of its speakers share. English, Spanish, Portuguese, French and
# Arabic are spoken in too many zones: for these it is the country where they come from.
COUNTRY_OF_LANGUAGE = {
    "af": "za",
    "am": "et",
    "ar": "sa",
    "az": "az",
    "be": "by",
    "bg": "bg",
    "bn": "bd",
    "bs": "ba",
    "ca": "es",
    "cs": "cz",
    "cy": "uk",
    "da": "dk",
    "de": "de",
    "el": "gr",
    "en": "us",
    "es": "es",
    "et": "ee",
    "eu": "es",
    "fa": "ir",
    "fi": "fi",
    "fr": "fr",
    "ga": "ie",
    "gl": "es",
    "he": "il",
    "hi": "in",
    "hr": "hr",
    "hu": "hu",
    "hy": "am",
    "id": "id",
    "is": "is",
    "it": "it",
    "ja": "jp",
    "ka": "ge",
    "kk": "kz",
    "kl": "gl",
    "km": "kh",
    "ko": "kr",
    "ky": "kg",
    "lb": "lu",
    "lo": "la",
    "lt": "lt",
    "lv": "lv",
    "mk": "mk",
    "mn": "mn",
    "ms": "my",
    "my": "mm",
    "nb": "no",
    "ne": "np",
    "nl": "nl",
    "nn": "no",
    "no": "no",
    "pl": "pl",
    "ps": "af",
    "pt": "pt",
    "ro": "ro",
    "ru": "ru",
    "si": "lk",
    "sk": "sk",
    "sl": "si",
    "sq": "al",
    "sr": "rs",
    "sv": "se",
    "sw": "ke",
    "ta": "in",
    "te": "in",
    "th": "th",
    "tr": "tr",
    "uk": "ua",
    "ur": "pk",
    "uz": "uz",
    "vi": "vn",
    "zh": "cn",
    "zu": "za",
    "xh": "za",
}
# Top-level domains of countries that are sold to anyone.
GENERIC_COUNTRY_DOMAINS = frozenset("ag ai am be cc co fm gg im io is la li ly me mu sh st su tk to tv vc ws".split())

# Countries with several zones, so that a site need not be in that of the capital.
COUNTRIES_OF_MANY_ZONES = frozenset("us ca au br mx ru cd id kz gov mil edu eu".split())
LANGUAGES_OF_MANY_ZONES = frozenset("en es pt fr ar".split())


@cache
def _zones() -> dict[str, str]:
    return {country: zone for zone, countries in COUNTRIES_OF_ZONE.items() for country in countries.split()}


@dataclass(frozen=True, slots=True)
class LikelyZone:
    """The likely zone of a page, how it was found, and whether it is sure."""

    zone: ZoneInfo
    rule: str
    sure: bool


def likely_zone(host: str, language: str | None) -> LikelyZone:
    """Return the zone of a page on `host` in `language` (a BCP 47 tag or None).

    The country of the host counts first, then that in the language tag (`en-GB`), then the language itself; a host such
    as `.com` has no country. If nothing is known, it is UTC.
    """
    zones = _zones()
    name, _, rest = (language or "").partition("-")
    region = next((part.lower() for part in rest.split("-") if len(part) == 2), "")
    top = host.rpartition(".")[2].lower()
    if top in zones and (top not in GENERIC_COUNTRY_DOMAINS or COUNTRY_OF_LANGUAGE.get(name) == top):
        return LikelyZone(ZoneInfo(zones[top]), f"zone of .{top}", sure=top not in COUNTRIES_OF_MANY_ZONES)
    if region in zones:
        # Many pages are marked as American only because that is the default of their software.
        return LikelyZone(ZoneInfo(zones[region]), f"zone of {language}", sure=region not in COUNTRIES_OF_MANY_ZONES)
    if COUNTRY_OF_LANGUAGE.get(name) in zones:
        return LikelyZone(
            ZoneInfo(zones[COUNTRY_OF_LANGUAGE[name]]), f"zone of {name}", sure=name not in LANGUAGES_OF_MANY_ZONES
        )
    return LikelyZone(ZoneInfo("UTC"), "zone of nowhere known: UTC", sure=False)
