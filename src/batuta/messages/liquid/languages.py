"""How dates and numbers are written in the languages that templates may ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """Names of days (Monday first) and months, date styles, separators, and where a currency's symbol stands."""

    days: tuple[str, ...]
    months: tuple[str, ...]
    short: str
    long: str
    thousands: str
    point: str
    symbol_after: bool


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LANGUAGES = {
    "en": Language(
        _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
        _words("January February March April May June July August September October November December"),
        "%Y-%m-%d",
        "%-d %B %Y",
        ",",
        ".",
        symbol_after=False,
    ),
    "fr": Language(
        _words("lundi mardi mercredi jeudi vendredi samedi dimanche"),
        _words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
        "%d/%m/%Y",
        "%-d %B %Y",
        "\u202f",
        ",",
        symbol_after=True,
    ),
    "de": Language(
        _words("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"),
        _words("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        "%d.%m.%Y",
        "%-d. %B %Y",
        ".",
        ",",
        symbol_after=True,
    ),
    "es": Language(
        _words("lunes martes miércoles jueves viernes sábado domingo"),
        _words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
        "%d/%m/%Y",
        "%-d de %B de %Y",
        ".",
        ",",
        symbol_after=True,
    ),
    "it": Language(
        _words("lunedì martedì mercoledì giovedì venerdì sabato domenica"),
        _words("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
        "%d/%m/%Y",
        "%-d %B %Y",
        ".",
        ",",
        symbol_after=True,
    ),
}


def language(code: object) -> Language:
    """Return the language of a code such as `fr` or `fr-CA`; English where the code is empty or unknown."""
    return LANGUAGES.get(str(code)[:2].lower(), LANGUAGES["en"])
