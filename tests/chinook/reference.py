"""What the rock campaign must select, in SQL written by hand for SQLite over the very CSV files."""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path

TABLES = (
    "album", "artist", "customer", "employee", "genre", "invoice", "invoice_line", "media_type", "playlist",
    "playlist_track", "track",
)  # fmt: skip

AFFINITY = {"unit_price": "REAL", "total": "REAL"} | dict.fromkeys(
    ("quantity", "reports_to", "milliseconds", "bytes"), "INT"
)

# Money is counted in hundredths: SQLite has no decimals.
VIEWS = """
CREATE VIEW rock AS
SELECT i.customer_id
FROM invoice_line AS l
JOIN invoice AS i ON i.invoice_id = l.invoice_id
JOIN track AS t ON t.track_id = l.track_id
JOIN genre AS g ON g.genre_id = t.genre_id
WHERE g.name = 'Rock'
GROUP BY i.customer_id
HAVING SUM(CAST(ROUND(l.unit_price * 100) AS INT) * l.quantity) > 500;

CREATE VIEW home_markets AS SELECT customer_id FROM customer WHERE country IN ('USA', 'Brazil');

CREATE VIEW abroad AS SELECT customer_id FROM rock WHERE customer_id NOT IN (SELECT customer_id FROM home_markets);

CREATE VIEW at_home AS SELECT customer_id FROM rock WHERE customer_id IN (SELECT customer_id FROM home_markets);

CREATE VIEW spent AS
SELECT customer_id, SUM(CAST(ROUND(total * 100) AS INT)) AS spent FROM invoice GROUP BY customer_id;

CREATE VIEW ranked AS
SELECT a.customer_id, c.country,
    ROW_NUMBER() OVER (PARTITION BY LOWER(c.city) ORDER BY s.spent DESC, a.customer_id) AS place
FROM abroad AS a
JOIN customer AS c ON c.customer_id = a.customer_id
JOIN spent AS s ON s.customer_id = a.customer_id;

CREATE VIEW one_a_city AS SELECT customer_id FROM ranked WHERE place = 1;
CREATE VIEW neighbours AS SELECT customer_id FROM ranked WHERE place > 1;

CREATE VIEW north AS SELECT customer_id FROM ranked WHERE place = 1
AND country IN ('Germany', 'Austria', 'Denmark', 'Norway', 'Sweden', 'Netherlands', 'Finland');

CREATE VIEW latin AS SELECT customer_id FROM ranked WHERE place = 1
AND country IN ('France', 'Spain', 'Portugal', 'Italy', 'Chile', 'Argentina');

CREATE VIEW others AS SELECT customer_id FROM ranked WHERE place = 1
AND customer_id NOT IN (SELECT customer_id FROM north) AND customer_id NOT IN (SELECT customer_id FROM latin);

CREATE VIEW last_three AS
SELECT customer_id, place, invoice_id, invoice_date, total FROM (
    SELECT i.*, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY invoice_date DESC, invoice_id) AS place
    FROM invoice AS i
) WHERE place <= 3;
"""

# transition: view with its keys
TRANSITIONS = {
    "rock>abroad": "rock",
    "home-markets>abroad": "home_markets",
    "abroad>history": "abroad",
    "abroad.complement>at-home": "at_home",
    "history>one-a-city": "abroad",
    "one-a-city>regions": "one_a_city",
    "one-a-city.complement>neighbours": "neighbours",
    "regions.north>mail-north": "north",
    "regions.latin>mail-latin": "latin",
    "regions.complement>others": "others",
    "mail-north.sent>done": "north",
    "mail-latin.sent>done-latin": "latin",
    "others>kept": "others",
}


def tables(folder: Path) -> sqlite3.Connection:
    """Load the CSV files of a folder into SQLite; nothing between two commas is NULL."""
    database = sqlite3.connect(":memory:")
    for table in TABLES:
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        columns = ", ".join(
            f"{name} {AFFINITY.get(name, 'INT' if name.endswith('_id') else 'TEXT')}" for name in header
        )
        database.execute(f"CREATE TABLE {table} ({columns})")
        places = ", ".join("?" * len(header))
        values = ([value or None for value in row] for row in rows)
        database.executemany(f"INSERT INTO {table} VALUES ({places})", values)
    return database


def reference(folder: Path) -> sqlite3.Connection:
    """Load the CSV files of a folder into SQLite and add the views above."""
    database = tables(folder)
    database.executescript(VIEWS)
    return database


def keys(database: sqlite3.Connection, view: str) -> set[int]:
    """Return the customers of a view."""
    return {row[0] for row in database.execute(f"SELECT customer_id FROM {view}")}
