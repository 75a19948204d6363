"""Every activity over the real Chinook shop, transition by transition against SQL written separately."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from batuta.activities.palette import BUILT_IN
from batuta.campaign.file import load_campaign
from tests.chinook import files
from tests.chinook.shop import AT, CAMPAIGNS, Carried, Chinook, as_text, differences, read_back, told


def test_dimensions_are_changed_there_and_back(shop: Chinook) -> None:
    """Customers, invoices, tracks, artists, albums, playlists and employees, 1-N and N-1."""
    shop.prove("wanderers")


def test_populations_that_carry_invoices_are_combined_deduplicated_and_split(shop: Chinook) -> None:
    """Row keys have two parts; some populations carry customers alone."""
    shop.prove("rows")


def test_columns_come_from_links_figures_schemas_and_other_populations(shop: Chinook) -> None:
    proof = shop.prove("joined")
    several = "Rows for which the join {} finds several rows, each of which took the one with the smallest key: {}."
    missing = "Rows for which the join namesake finds no row and leaves its columns empty: {}."
    said = shop.log(proof.live, "found")
    assert said[1:-1] == [several.format("neighbour", 8), missing.format(57), several.format("bill", 59)]
    assert shop.log(proof.tested, "found") == said


CONSENTS = (
    (1, "news", "out"), (2, "offers", "out"), (3, "*", "pending"), (4, "news", "in"), (6, "news", "pending"),
    (7, "news", "out"), (26, "news", "out"), (26, "*", "in"), (45, "news", "out"),
)  # fmt: skip
ADDRESSES = ((38, "HANNAH.Schneider@yahoo.de"), (57, ""))
SUPPRESSED = (("apple.at", "by-hand"), ("kachase@hotmail.com", "complaint"), ("apple.hu", "by-hand"))


def test_letters_are_written_to_customers_or_about_each_of_their_invoices(shop: Chinook) -> None:
    """Two customers share an address, others have none, want none, may have none, or cannot be written to."""
    database = shop.tables()
    shop.load("customer", "customer_id,email", ADDRESSES)
    database.executemany("UPDATE customer SET email = ?2 WHERE customer_id = ?1", ADDRESSES)
    shop.load("suppression", "entry,reason", SUPPRESSED)
    database.execute("CREATE TABLE suppression (entry, reason)")
    database.executemany("INSERT INTO suppression VALUES (?, ?)", SUPPRESSED)
    consents = [(customer, "email", kind, state, "2025-01-01T00:00:00Z") for customer, kind, state in CONSENTS]
    shop.load("consent_customers", "customer_id,channel,communication_type,state,time", consents)
    database.execute("CREATE TABLE consent (customer_id INT, channel, communication_type, state, time)")
    database.executemany("INSERT INTO consent VALUES (?, ?, ?, ?, ?)", consents)
    proof = shop.prove("letters", database=database)
    assert proof.live["deliveries"][0] == {
        "activity": "people",
        "targeted": 59,
        "excluded": {
            "empty-address": 1,
            "invalid-address": 1,
            "suppressed": 3,
            "no-consent": 4,
            "duplicate-address": 1,
        },
        "sent": 49,
        "failed": 0,
        "in_doubt": 0,
        "pending": 0,
    }
    assert (
        sum(len(letters) for letters in shop.letters(proof.live).values()) == 49 + proof.live["deliveries"][1]["sent"]
    )
    assert len(shop.samples(proof.live)) == 10


def test_lines_of_files_find_out_whose_they_are(shop: Chinook) -> None:
    """Delimited and of fixed width; accents, case, spaces, strangers, duplicates and empty fields."""
    database = shop.tables()
    files.into(database)
    files.put(shop.exchange)
    proof = shop.prove("callers", database=database)
    ((several,),) = database.execute("""
        SELECT COUNT(*) FROM call WHERE 1 < (
            SELECT COUNT(*) FROM customer AS c JOIN employee AS e ON e.employee_id = c.support_rep_id
            WHERE c.country = call.land AND e.first_name = 'Jane'
        )""")
    counted = {"by-name": "are left out: 6", "by-country": f"the smallest key: {several}", "write": "no target 8"}
    for run in (proof.tested, proof.live):
        assert shop.log(run, "desk")[1] == "Reads 6 records of desk.txt in location exchange"
        assert "1 record rejected: line 7, day" in shop.log(run, "desk")[2]
        for name, message in counted.items():
            assert message in "\n".join(shop.log(run, name)), name


def test_audiences_are_read_back_in_any_version_less_those_who_are_gone(shop: Chinook) -> None:
    """Two versions, after which three customers are deleted, of whom one is in the first only, and one moves."""
    assert shop.live("saved", "--var", "least=37")["status"] == "completed"
    shop.prove("saved")
    shop.ask("DELETE FROM customer WHERE customer_id IN (6, 26, 33)")
    shop.load("customer", "customer_id,city", [(1, "Fortaleza")])
    proof = shop.prove("readers")
    gone = "{} of the audience Spenders are no longer in the data and are left out"
    for run in (proof.tested, proof.live):
        said = {name: "".join(shop.log(run, name)[1:-1]).partition(".")[0] for name in ("latest", "first", "helpers")}
        assert said == {"latest": gone.format(2), "first": gone.format(3), "helpers": ""}


CHANGED = ("customer", "genre", "artist", "playlist_track", "invoice")


def test_rows_are_changed_and_files_written_by_live_runs_only(shop: Chinook) -> None:
    database = shop.tables()
    database.create_function("UPPER_", 1, lambda text: text and text.upper())
    shop.prove("changes", database=database)
    for table in CHANGED:
        wanted = database.execute(f'SELECT * FROM "after {table}"')
        names = ", ".join(name for name, *_ in wanted.description)
        assert as_text(shop.ask(f'SELECT {names} FROM "{table}"')) ^ as_text(wanted.fetchall()) == set(), table
    written = {path.relative_to(shop.exchange).as_posix() for path in shop.exchange.rglob("*") if path.is_file()}
    assert written == {"germans-january.csv", "2026/01/changes.jsonl", "tracks.parquet", "artists.csv.gz"}
    for file in sorted(written):
        wanted = database.execute(f'SELECT * FROM "{file}"')
        titles = [name for name, *_ in wanted.description]
        assert read_back(shop.exchange / file) == (titles, [tuple(map(told, row)) for row in wanted]), file


MISSING = (
    "Rows for which the join helper finds no row, though each must have one: 4. "
    "Load what is missing and resume, or let the join warn instead."
)


def test_paths_wait_join_part_end_and_fail(shop: Chinook) -> None:
    """Waits are skipped, one activity is held until somebody resumes the run, one is disabled, one fails."""
    proof = shop.prove("flow", "--skip-waits", held=True)
    posted = shop.batuta("inbox", "list", "--json").json
    notices = {
        mode: {(one["title"], one["message"], one["level"]) for one in posted if one["mode"] == mode}
        for mode in ("test", "live")
    }
    assert (
        notices["test"]
        == notices["live"]
        == {
            ("4 Germans", "flow at 15/01/2026 10:00, at least 10", "warning"),
            ("Friday 23 18:00", "", "info"),
            (
                "Fails, since the Norse have no employee in their country",
                MISSING,
                "error",
            ),
        }
    )
    assert len(posted) == 6
    states = shop.states(proof.live)
    assert states == shop.states(proof.tested)
    skipped = {"after-ended", "many", "otherwise", "off", "after-off", "never", "not-taken"}
    assert {name for name, state in states.items() if state != "done"} == skipped | {"failing"}
    assert states["failing"] == "failed, handled"


def test_a_short_wait_is_waited_out(shop: Chinook) -> None:
    begun = time.monotonic()
    proof = shop.prove("pause")
    assert time.monotonic() - begun > 1
    events = shop.batuta("run", "log", proof.live["run"], "--json").json
    first, *_, last = (datetime.fromisoformat(event["at"]) for event in events if event["activity"] == "second")
    assert last - first >= timedelta(seconds=1)


def test_shares_are_a_partition_by_the_keys_that_are_kept(shop: Chinook) -> None:
    """Chance is reproducible: instants give lists of keys, stable shares do not depend on them."""
    kept = json.loads((CAMPAIGNS / "shares.json").read_text("utf-8"))
    for at in (AT, "2026-02-15T09:00:00+00:00"):
        database = shop.tables()
        database.execute("CREATE TABLE kept (part TEXT, invoice_id INT)")
        lists = kept["by instant"][at] | kept["stable"]
        database.executemany(
            "INSERT INTO kept VALUES (?, ?)", [(part, key) for part, keys in lists.items() for key in keys]
        )
        shop.prove("shares", at=at, database=database)
    assert kept["by instant"][AT] != kept["by instant"][at]


def test_a_statement_of_a_data_engineer_selects_with_parameters(shop: Chinook) -> None:
    proof = shop.prove("engineers", "--var", "genre=Blues")
    for run in (proof.tested, proof.live):
        said = " ".join(shop.log(run, "unsure"))
        assert "2 rows of the result have an empty key, or one that is not in customers" in said
        assert "1 rows of the result have a key of customers that came before" in said


ROUNDS = (
    ("2025-06-01 08:00:00", (), {"fresh": 316, "excluded": 6, "dear": 14, "month": 14}),
    (
        "2025-09-01 08:00:00",
        ((413, 2, "2025-05-20 10:00:00", 9.5), (414, 2, "2025-05-23 10:00:00", 9.5)),
        {"fresh": 17, "excluded": 0, "dear": 1, "month": 15},
    ),
    ("2025-09-01 08:30:00", (), {"fresh": 0, "excluded": 0, "dear": 0, "month": 0}),
    (
        "2025-12-31 08:00:00",
        ((415, 49, "2025-08-30 00:00:00", 5), (416, 59, "2025-09-01 08:00:00", 0.5)),
        {"fresh": 26, "excluded": 1, "dear": 1, "month": 16},
    ),
)
"""When runs are, which invoices were loaded just before, and how many rows each query returns then."""


def test_new_invoices_are_returned_once_by_date_and_by_remembering(shop: Chinook) -> None:
    """Each live run is rehearsed; invoices are loaded in between, within the overlap and too late for it."""
    returned: list[tuple[str, int, str]] = []
    loaded: list[tuple[object, ...]] = []
    former = None
    for now, come, totals in ROUNDS:
        if come:
            shop.load("invoice", "invoice_id,customer_id,invoice_date,total", come)
        loaded += come
        database = shop.tables()
        database.executescript("CREATE TABLE clock (now, after); CREATE TABLE returned (activity, key, at)")
        database.execute("INSERT INTO clock VALUES (?, ?)", (now, former))
        database.executemany("INSERT INTO returned VALUES (?, ?, ?)", returned)
        columns = "invoice_id, customer_id, invoice_date, total"
        database.executemany(f"INSERT INTO invoice ({columns}) VALUES (?, ?, ?, ?)", loaded)
        shop.prove("newcomers", at=f"{now}+00:00", database=database, totals=carried(totals))
        for activity, view in {"fresh": "fresh>buyers", "dear": "dear>keep", "month": "month>"}.items():
            returned += [(activity, key, now) for key, *_ in database.execute(f'SELECT * FROM "{view}"')]
        former = now
    letters = [path.read_bytes() for path in (shop.home / "outbox").rglob("*.eml")]
    about = [re.findall(rb"^Subject: (.*)$", letter, re.MULTILINE)[0] for letter in letters]
    assert len(about) == len(set(about)) == sum(totals["fresh"] - totals["excluded"] for _, _, totals in ROUNDS)


def carried(totals: Mapping[str, int]) -> dict[str, int]:
    """Return how many rows each transition has; where nothing is fresh, the path ends there."""
    found = {"fresh>buyers": totals["fresh"], "month>": totals["month"]}
    found |= dict.fromkeys(("dear>keep", "keep>"), totals["dear"])
    if totals["fresh"]:
        found |= dict.fromkeys(("letters.failed>", "letters.holdout>", "letters.in-doubt>"), 0)
        found |= {"buyers>letters": totals["fresh"], "letters.excluded>": totals["excluded"]}
        found["letters.sent>"] = totals["fresh"] - totals["excluded"]
    return found


ANN = Carried(("id", "invoice.id"), ("id", "invoice.id", "name"), (("1", "7", "Ann"), ("1", "8", "Ann")))


@pytest.mark.parametrize(
    ("rows", "total"),
    [
        pytest.param((("1", "7", "Ann"),), 2, id="a row is lost"),
        pytest.param((*ANN.rows, ("2", "9", "Bob")), 2, id="a row too many"),
        pytest.param((*ANN.rows, ANN.rows[0]), 2, id="a row twice"),
        pytest.param((("1", "7", "Ann"), ("1", "9", "Ann")), 2, id="another secondary key"),
        pytest.param((("1", "7", "Ann"), ("1", "8", "Anna")), 2, id="another column"),
        pytest.param(ANN.rows, 3, id="another total"),
    ],
)
def test_a_difference_is_seen(rows: tuple[tuple[str, ...], ...], total: int) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("""CREATE VIEW "a>b" (id, "invoice.id", name) AS VALUES (1, 7, 'Ann'), (1, 8, 'Ann')""")
    differences({"a>b": ANN}, {"a>b": 2}, database)
    with pytest.raises(AssertionError, match="a>b"):
        differences({"a>b": replace(ANN, rows=rows)}, {"a>b": total}, database)
    with pytest.raises(AssertionError, match="without a view"):
        differences({"a>b": ANN, "b>c": ANN}, {"a>b": 2}, database)


def test_every_kind_of_activity_is_in_one_of_the_campaigns() -> None:
    used = {activity.kind for path in CAMPAIGNS.glob("*.yaml") for activity in load_campaign(path).campaign.activities}
    folders = {entry.partition(":")[0].rpartition(".")[2] for entry in BUILT_IN}
    assert {folder.replace("_", "-") for folder in folders} == used


def test_lines_that_are_nobodys_go_through_every_activity(shop: Chinook) -> None:
    database = shop.tables()
    files.into(database, lands={})
    files.put(shop.exchange)
    shop.prove("strangers", database=database)
    first = """
        SELECT customer_id, land FROM settled AS s WHERE customer_id IS NOT NULL
        AND line = (SELECT MIN(line) FROM settled AS f WHERE f.customer_id = s.customer_id)"""
    callers = as_text(database.execute(first))
    audience = shop.batuta("audience", "preview", "Callers", "--columns", "land", "--limit", "100", "--json").json
    assert audience["columns"] == ["customer_id", "land"]
    assert as_text(audience["rows"]) == callers
    assert as_text(shop.ask("SELECT customer_id, fax FROM customer")) == callers | as_text(
        database.execute(
            'SELECT customer_id, fax FROM customer WHERE customer_id NOT IN (SELECT customer_id FROM "called>")'
        )
    )
    written = shop.exchange / "settled.csv"
    with written.open(encoding="utf-8", newline="") as file:
        rows = [
            (row["customer_id"] or None, row["land"] or None, row["minutes"] or None) for row in csv.DictReader(file)
        ]
    wanted = database.execute(
        "SELECT customer_id, land, minutes FROM settled ORDER BY customer_id IS NULL, customer_id, line"
    )
    assert rows == [tuple(map(told, row)) for row in wanted]


def test_sets_meet_by_key_value_and_relationship(shop: Chinook) -> None:
    """Chance is that of the run: a hash of its campaign, its instant, the activity and the key."""
    database = shop.tables()
    database.create_function("CHANCE", 2, lambda activity, key: chance("sets", activity, key))
    shop.prove("sets", database=database)


def chance(campaign: str, activity: str, key: int) -> str:
    def seed(*parts: str) -> str:
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]

    salt = seed(seed(campaign, AT), activity)
    return hashlib.md5(f"{salt}:{key}".encode(), usedforsecurity=False).hexdigest()
