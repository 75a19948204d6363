"""Every activity over the real Chinook shop, transition by transition against SQL written separately."""

from __future__ import annotations

from tests.chinook import files
from tests.chinook.shop import Chinook


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
    told = shop.log(proof.live, "found")
    assert told[1:-1] == [several.format("neighbour", 8), missing.format(57), several.format("bill", 59)]
    assert shop.log(proof.tested, "found") == told


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
        for name, told in counted.items():
            assert told in "\n".join(shop.log(run, name)), name


def test_audiences_are_read_back_in_any_version_less_those_who_are_gone(shop: Chinook) -> None:
    """Two versions, after which three customers are deleted, of whom one is in the first only, and one moves."""
    assert shop.live("saved", "--var", "least=37")["status"] == "completed"
    shop.prove("saved")
    shop.ask("DELETE FROM customer WHERE customer_id IN (6, 26, 33)")
    shop.load("customer", "customer_id,city", [(1, "Fortaleza")])
    proof = shop.prove("readers")
    gone = "{} of the audience Spenders are no longer in the data and are left out"
    for run in (proof.tested, proof.live):
        told = {name: "".join(shop.log(run, name)[1:-1]).partition(".")[0] for name in ("latest", "first", "helpers")}
        assert told == {"latest": gone.format(2), "first": gone.format(3), "helpers": ""}
