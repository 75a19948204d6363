"""The files that the campaign `callers` reads, and the same lines in SQLite."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Mapping
from pathlib import Path

Call = tuple[str, str, str, str]

CALLS: tuple[Call, ...] = (
    ("luisg@embraer.com.br", "Gonçalves", "Brésil", "12"),
    ("  LUISG@Embraer.com.br ", "GONCALVES", "Brazil", "3"),
    ("luísg@embraer.com.br", "gonçalves", "brazil", ""),
    ("leonekohler@surfeu.de", "kohler", "Allemagne", "10"),
    ("LeoneKöhler@surfeu.de", "Köhler", "Germany", "ten"),
    ("nobody@nowhere.example", "Nobody", "Norway", "1"),
    ("", "Hansen", "Norway", "7"),
    ("", "", "", ""),
    ("   ", "-", "USA", "9"),
    ("Stanisław.Wójcik@wp.pl", "Wojcik", "Poland", "8"),
    ("stanisław.wojcik@wp.pl", "Wójcik ", "Pologne", "25"),
    ("ftremblay@gmail.com", "Smith", "USA", "4"),
    ("ftremblay@gmail.com", "Tremblay", "Canada", "4"),
    ("hughoreilly@apple.ie", "O'Reilly", "Ireland", "1000"),
    ("FRANTISEKW@JETBRAINS.COM", "wichterlova", "Czech Republic", "-1"),
    ("frantisekw@jetbrains.com\t", "Wichterlová", "Czech Republic", "2"),
    ("alero@uol.com.br", "Almeida", "Brazil", "11"),
    ("Alero@UOL.com.br", "Rocha", "Brazil", "11"),
    ('quo"ted@example.org', "Se;mi\ncolon", "France", "5"),
    ("camille.bernard@yahoo.fr", "Bernard", "France", "6"),
    ("dominiquelefebvre@gmail.com", "Lefebvre", "FRANCE", "0"),
    ("patrick.gray@aol.com", "Brooks", "USA", "31"),
)
"""Who called: address, surname, country and minutes, as they stand in the file."""

DESK = (
    (1, "Edmonton", "37,50", "02/01/2026"),
    (3, "Café Zürich", "8,00", "03/01/2026"),
    (3, "Calgary", "0,25", "04/01/2026"),
    (9, "Nowhere", "12,00", "05/01/2026"),
    (8, "Lethbridge", "100,75", "29/02/2024"),
    (4, "Calgary", "1,00", "31/02/2026"),
)
"""Who sat at the desk: number, place, hours and day; the last day is none, so its line is rejected."""

LANDS = {"Brésil": "Brazil", "Allemagne": "Germany"}


def put(folder: Path) -> None:
    """Write the files into a folder."""
    fields = (
        '"' + field.replace('"', '""') + '"' if set(field) & set('";\n') else field for line in CALLS for field in line
    )
    records = [";".join(next(fields) for _ in line) for line in CALLS]
    (folder / "calls-monday.csv").write_text(
        "\r\n".join(["E-mail;Nom;Pays;Durée", *records]) + "\r\n", "utf-8", newline=""
    )
    desk = [f"{number:>4}{place:<12}{hours:>7}{day}" for number, place, hours, day in DESK]
    (folder / "desk.txt").write_text("\n".join(["The week at the desk", *desk]), "latin-1")


def into(database: sqlite3.Connection, lands: Mapping[str, str] = LANDS) -> None:
    """Put the lines into SQLite as they must be read: records are counted from 1, those without any value are not."""
    database.create_function("FOLD", 1, _fold, deterministic=True)
    database.create_function("STRIP", 1, _strip, deterministic=True)
    database.execute("CREATE TABLE call (line INT, mail, surname, land, minutes INT, at INT)")
    line, at = 0, 2
    for call in CALLS:
        line += any(call)
        if any(call):
            database.execute("INSERT INTO call VALUES (?, ?, ?, ?, ?, ?)", (line, *_read(call, lands), at))
        at += 1 + "".join(call).count("\n")
    database.execute("CREATE TABLE desk (line INT, number INT, place, hours REAL, day)")
    for line, (number, place, hours, day) in enumerate(DESK[:-1], 1):
        written = "-".join(reversed(day.split("/")))
        database.execute(
            "INSERT INTO desk VALUES (?, ?, ?, ?, ?)", (line, number, place, hours.replace(",", "."), written)
        )


def _read(call: Call, lands: Mapping[str, str]) -> tuple[object, ...]:
    mail, surname, land, minutes = call
    spelled = surname.strip()
    number = int(minutes) if minutes.lstrip("-").isdigit() else None
    return mail or None, None if spelled in ("", "-") else spelled, lands.get(land, land) or None, number


def _fold(text: str | None) -> str | None:
    """Lower a text and take the accents off."""
    if text is None:
        return None
    return "".join(one for one in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(one))


def _strip(text: str | None) -> str | None:
    return None if text is None else text.strip()
