from __future__ import annotations

import pytest

from batuta.kit.errors import InputError
from batuta.schema.change import Addition, add_schemas, empty_catalogue
from batuta.schema.model import Catalogue, Schema
from batuta.schema.types import DataType, Kind
from batuta.sources.ddl import Imported, read_ddl


def read(text: str, dialect: str = "postgres", known: Catalogue | None = None) -> Imported:
    return read_ddl(text, dialect, "shop.sql", known or empty_catalogue())


def only(text: str, dialect: str = "postgres") -> Schema:
    (schema,) = read(text, dialect).addition.schemas
    return schema


def types(schema: Schema) -> dict[str, str]:
    return {attribute.name: attribute.type.kind.value for attribute in schema.attributes}


def refused(text: str, dialect: str = "postgres") -> str:
    with pytest.raises(InputError) as error:
        add_schemas(empty_catalogue(), read(text, dialect).addition, "shop.sql")
    return error.value.message()


def test_postgres_types_keys_enums_and_comments() -> None:
    schema = only("""
        SET search_path = public;
        CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE TABLE public.Person (
            id bigserial,
            "Shop" integer NOT NULL,
            feels mood,
            price numeric(10, 2) NOT NULL, amount numeric,
            born date, opens time, seen timestamp(3) without time zone, at timestamp with time zone, at2 timestamptz,
            active boolean DEFAULT true, note character varying(40), code uuid, mail citext, more jsonb, ratio real,
            CONSTRAINT person_key PRIMARY KEY (id, "Shop"),
            CHECK (id > 0)
        );
        COMMENT ON TABLE person IS 'Those who buy';
        COMMENT ON COLUMN person.born IS 'the day';
    """)
    assert (schema.name, schema.description, schema.primary_key) == ("person", "Those who buy", ("id", "Shop"))
    assert types(schema) == {
        "id": "integer",
        "Shop": "integer",
        "feels": "enum",
        "price": "decimal",
        "amount": "decimal",
        "born": "date",
        "opens": "time",
        "seen": "datetime",
        "at": "instant",
        "at2": "instant",
        "active": "boolean",
        "note": "string",
        "code": "string",
        "mail": "string",
        "more": "json",
        "ratio": "double",
    }
    assert schema.attribute("price").type == DataType(kind=Kind.DECIMAL, precision=10, scale=2)
    assert schema.attribute("amount").type == DataType(kind=Kind.DECIMAL)
    assert schema.attribute("feels").type.values == ("sad", "ok")
    assert schema.attribute("born").description == "the day"
    assert [attribute.name for attribute in schema.attributes if attribute.required] == ["id", "Shop", "price"]


def test_mysql_types_and_comments() -> None:
    schema = only(
        """CREATE TABLE `line` (
            `id` int unsigned NOT NULL AUTO_INCREMENT COMMENT 'the number',
            kind ENUM('x','y') NOT NULL DEFAULT 'x',
            active tinyint(1), small tinyint, changed datetime(6), stamped timestamp NULL,
            amount decimal(5,2), body longtext,
            PRIMARY KEY (`id`), KEY `by_kind` (`kind`)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Lines';""",
        "mysql",
    )
    assert schema.description == "Lines"
    assert types(schema) == {
        "id": "integer",
        "kind": "enum",
        "active": "boolean",
        "small": "integer",
        "changed": "datetime",
        "stamped": "datetime",
        "amount": "decimal",
        "body": "string",
    }
    assert schema.attribute("id").description == "the number"


def test_sqlite_columns_without_type_and_options_after_the_table() -> None:
    schema = only("CREATE TABLE a (id INTEGER PRIMARY KEY, x, n NUMERIC, r REAL, d DATETIME) WITHOUT ROWID;", "sqlite")
    assert types(schema) == {"id": "integer", "x": "string", "n": "decimal", "r": "double", "d": "datetime"}


def test_references_written_in_each_way() -> None:
    imported = read("""
        CREATE TABLE shop (id int PRIMARY KEY);
        CREATE TABLE place (shop_id int, no int, code text UNIQUE, PRIMARY KEY (shop_id, no));
        CREATE TABLE visit (
            id int PRIMARY KEY,
            home_shop_id int REFERENCES shop,
            shop_id int REFERENCES shop (id) ON DELETE CASCADE,
            place_no int,
            place_code text REFERENCES place (code),
            FOREIGN KEY (shop_id, place_no) REFERENCES place (shop_id, no)
        );
        CREATE TABLE badge (id int PRIMARY KEY, visit_id int UNIQUE REFERENCES visit (id));
        CREATE TABLE pass (visit_id int PRIMARY KEY);
        ALTER TABLE ONLY pass ADD CONSTRAINT pass_fk FOREIGN KEY (visit_id) REFERENCES visit (id);
        ALTER TABLE place ADD FOREIGN KEY (shop_id) REFERENCES shop (id);
        CREATE INDEX by_shop ON visit (shop_id);
    """)
    catalogue = add_schemas(empty_catalogue(), imported.addition, "shop.sql")
    named = {(one.source, one.pairs): (one.name, one.reverse, one.unique) for one in catalogue.relationships}
    assert named == {
        ("place", (("shop_id", "id"),)): ("shop", "places", False),
        ("visit", (("home_shop_id", "id"),)): ("home_shop", "visits_by_home_shop", False),
        ("visit", (("shop_id", "id"),)): ("shop", "visits_by_shop", False),
        ("visit", (("place_code", "code"),)): ("place_code_place", "visits_by_place_code", False),
        ("visit", (("shop_id", "shop_id"), ("place_no", "no"))): ("shop_place_no", "visits_by_shop_place_no", False),
        ("badge", (("visit_id", "id"),)): ("visit", "badge", True),
        ("pass", (("visit_id", "id"),)): ("visit", "pass", True),
    }
    assert imported.notes == ()


def test_a_unique_index_makes_a_reference_one_to_one() -> None:
    imported = read("""
        CREATE TABLE a (id int PRIMARY KEY);
        CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a);
        CREATE UNIQUE INDEX one ON b (a_id);
    """)
    assert [reference.unique for reference in imported.addition.references] == [True]


def test_what_says_nothing_about_tables_is_left_out_with_a_note() -> None:
    imported = read("""CREATE TABLE a (id int PRIMARY KEY);
INSERT INTO a VALUES (1);
CREATE VIEW v AS
    SELECT 1;
ALTER TABLE a OWNER TO bob;
""")
    assert imported.notes == (
        "line 2: left out INSERT INTO a VALUES (1)",
        "line 3: left out CREATE VIEW v AS SELECT 1",
        "line 5: left out ALTER TABLE a OWNER TO bob",
    )


def test_references_may_lead_to_what_is_there_already() -> None:
    known = add_schemas(empty_catalogue(), read("CREATE TABLE a (id int PRIMARY KEY)").addition, "a.sql")
    imported = read("CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a (id))", known=known)
    both = add_schemas(known, imported.addition, "b.sql")
    assert [(link.source, link.target) for link in both.relationships] == [("b", "a")]


A = "CREATE TABLE a (id int PRIMARY KEY, n text, b_id int{});"


def test_importing_again_changes_nothing_and_may_add_attributes() -> None:
    once = add_schemas(empty_catalogue(), read(A.format("")).addition, "a.sql")
    assert add_schemas(once, read(A.format("")).addition, "a.sql") == once
    wider = add_schemas(once, read(A.format(", m int")).addition, "a.sql")
    assert [attribute.name for attribute in wider.schema_named("a").attributes] == ["id", "n", "b_id", "m"]


def test_other_changes_of_what_is_there_are_refused_with_names() -> None:
    once = add_schemas(empty_catalogue(), read(A.format("")).addition, "a.sql")
    changed = read("CREATE TABLE a (id int PRIMARY KEY, n int NOT NULL, m int NOT NULL)").addition
    with pytest.raises(InputError) as error:
        add_schemas(once, changed, "a.sql")
    assert error.value.message() == (
        "a.sql: the file changes schemas that are already there: a.n was string, is integer; a.b_id is missing; "
        "a.m is new and required\n"
        "  expected: new schemas, the same ones again, or the same ones with more attributes\n"
        "  to do: Keep what is there as it is, or give the new table another name. Nothing has been imported."
    )
    with pytest.raises(InputError, match="suppression is a built-in schema"):
        add_schemas(once, Addition((once.schema_named("suppression"),)), "a.sql")
    with pytest.raises(InputError, match="A differs from a only in case"):
        add_schemas(once, read('CREATE TABLE "A" (id int PRIMARY KEY)').addition, "a.sql")


GOLDEN = {
    "syntax": (
        "CREATE TABLE a (\n  id int PRIMARY KEY,\n  b_id int REFERNCES b (id)\n);",
        (
            "shop.sql, line 3, column 12: the statement cannot be read at 'REFERNCES': b_id int REFERNCES b (id)\n"
            "  expected: )\n"
            "  to do: Correct the statement, or name the dialect of the file with --dialect. Nothing has been imported."
        ),
    ),
    "misspelt": (
        "CREATE TABEL a (id int PRIMARY KEY);",
        (
            "shop.sql, line 1, column 1: the statement cannot be read: CREATE TABEL a (id int PRIMARY KEY)\n"
            "  expected: CREATE TABLE name (column type, ...)\n"
            "  to do: Write the columns out, or name the dialect of the file with --dialect. Nothing has been imported."
        ),
    ),
    "open quote": (
        "CREATE TABLE a (\n  id int PRIMARY KEY,\n  x text DEFAULT 'it''s\n);",
        (
            "shop.sql, line 3, column 18: what begins here does not end: x text DEFAULT 'it''s\n"
            "  expected: a closing quote, or the end of the comment\n"
            "  to do: Correct the statement, or name the dialect of the file with --dialect. Nothing has been imported."
        ),
    ),
    "missing table": (
        (
            "CREATE TABLE invoice (\n  id int PRIMARY KEY,\n  customer_id int REFERENCES custmer (id)\n);\n"
            "CREATE TABLE customer (id int PRIMARY KEY);"
        ),
        (
            "shop.sql, line 3, column 30: the foreign key (customer_id) of table invoice leads to the table 'custmer', "
            "which is neither in the file nor in the catalogue\n"
            "  to do: Did you mean customer? Nothing has been imported."
        ),
    ),
    "missing column": (
        "CREATE TABLE b (id int PRIMARY KEY);\nCREATE TABLE a (id int PRIMARY KEY, b_id int REFERENCES b (ix));",
        (
            "shop.sql, line 2, column 57: the foreign key (b_id) of table a leads to the column 'ix', "
            "which b does not have\n"
            "  to do: Its columns: id. Nothing has been imported."
        ),
    ),
    "own column": (
        (
            "CREATE TABLE b (id int PRIMARY KEY);\n"
            "CREATE TABLE a (id int PRIMARY KEY, FOREIGN KEY (b_id) REFERENCES b (id));"
        ),
        (
            "shop.sql, line 2, column 50: a constraint of table a names the column 'b_id', "
            "which the table does not have\n"
            "  expected: one of id\n"
            "  to do: Correct the name, or add the column. Nothing has been imported."
        ),
    ),
    "types": (
        "CREATE TABLE b (id int PRIMARY KEY);\nCREATE TABLE a (id int PRIMARY KEY, b_id text REFERENCES b (id));",
        (
            "shop.sql, line 2, column 58: the foreign key (b_id) of table a joins b_id (string) to b.id (integer), "
            "whose values can never be equal\n"
            "  to do: Give both columns the same type. Nothing has been imported."
        ),
    ),
    "not unique": (
        "CREATE TABLE b (id int PRIMARY KEY, n int);\nCREATE TABLE a (id int PRIMARY KEY, n int REFERENCES b (n));",
        (
            "shop.sql, line 2, column 54: the foreign key (n) of table a leads to (n) of b, of which several "
            "rows may be equal\n"
            "  to do: Let it lead to the primary key, or declare these columns UNIQUE. Nothing has been imported."
        ),
    ),
    "no key": (
        "CREATE TABLE a (id int);",
        (
            "shop.sql, line 1, column 1: table a has no primary key\n"
            "  expected: PRIMARY KEY on the column or columns that identify a row\n"
            "  to do: Add one; without it rows cannot be updated or targeted. Nothing has been imported."
        ),
    ),
    "double key": (
        "CREATE TABLE a (id double precision PRIMARY KEY);",
        (
            "shop.sql, line 1, column 17: the primary key of table a has the column 'id' of type double\n"
            "  expected: key columns of any type but double and json\n"
            "  to do: Choose another key, or give the column another type. Nothing has been imported."
        ),
    ),
    "two keys": (
        "CREATE TABLE a (\n  id int PRIMARY KEY,\n  n int,\n  PRIMARY KEY (n)\n);",
        (
            "shop.sql, line 4, column 16: table a has two primary keys: (id) and (n)\n"
            "  to do: Keep one; where several columns identify a row, write PRIMARY KEY (one, other). "
            "Nothing has been imported."
        ),
    ),
    "no semicolon": (
        "CREATE TABLE a (id int PRIMARY KEY)\nCREATE TABLE b (id int PRIMARY KEY);",
        (
            "shop.sql, line 2, column 1: the statement cannot be read at 'CREATE': "
            "CREATE TABLE b (id int PRIMARY KEY);\n"
            "  expected: ; before the next statement\n"
            "  to do: Correct the statement, or name the dialect of the file with --dialect. Nothing has been imported."
        ),
    ),
    "data within": (
        "CREATE TABLE a (id int PRIMARY KEY);\nCOPY a (id) FROM stdin;\n1\n\\.\n",
        (
            "shop.sql, line 4, column 1: the statement cannot be read at '\\\\': \\.\n"
            "  expected: a statement that ends here, or ;\n"
            "  to do: Correct the statement, or name the dialect of the file with --dialect. Nothing has been imported."
        ),
    ),
    "twice": (
        "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE A (id int PRIMARY KEY);",
        (
            "shop.sql, line 2, column 1: the table 'a' is described twice, first in line 1\n"
            "  to do: Leave one of them out, or give it another name. Nothing has been imported."
        ),
    ),
    "column twice": (
        'CREATE TABLE a (id int PRIMARY KEY, "ID" int);',
        (
            "shop.sql, line 1, column 37: table a has two columns 'ID'\n"
            "  to do: Give one of them another name (case makes no difference). Nothing has been imported."
        ),
    ),
    "type": (
        "CREATE TABLE a (\n  id int PRIMARY KEY,\n  photo bytea\n);",
        (
            "shop.sql, line 3, column 3: the column a.photo has the type BYTEA, which no attribute can have\n"
            "  expected: a string, integer, decimal (up to 38 digits), double, boolean, date, time, timestamp, enum or "
            "json type\n"
            "  to do: Leave the column out, or give it a type of these. Nothing has been imported."
        ),
    ),
    "name": (
        'CREATE TABLE a (id int PRIMARY KEY, "first name" text);',
        (
            "shop.sql, line 1, column 37: 'first name' cannot be the name of a column of table a\n"
            "  expected: a letter, then letters, digits and underscores\n"
            "  to do: Rename it in the file. Nothing has been imported."
        ),
    ),
    "from a query": (
        "CREATE TABLE a AS SELECT 1 AS id;",
        (
            "shop.sql, line 1, column 1: the statement cannot be read: CREATE TABLE a AS SELECT 1 AS id\n"
            "  expected: CREATE TABLE name (column type, ...)\n"
            "  to do: Write the columns out, or name the dialect of the file with --dialect. Nothing has been imported."
        ),
    ),
    "altered before": (
        "ALTER TABLE a ADD PRIMARY KEY (id);",
        (
            "shop.sql, line 1, column 1: the table 'a' is altered, but the file does not create it before\n"
            "  to do: Put its CREATE TABLE first. Nothing has been imported."
        ),
    ),
    "nothing": (
        "SELECT 1;",
        (
            "shop.sql: there is no table in the file\n"
            "  expected: at least one CREATE TABLE statement\n"
            "  to do: Name a DDL file, and its dialect with --dialect. Nothing has been imported."
        ),
    ),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_wrong_ddl_is_told_with_its_place(case: str) -> None:
    text, expected = GOLDEN[case]
    assert refused(text) == expected
