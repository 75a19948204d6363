"""Complete months between two moments, towards zero, which PostgreSQL has no function for.

The earlier moment is moved by the months that the calendar shows; one less where that is past the later one.
"""

from __future__ import annotations

_SHOWN = """((EXTRACT(YEAR FROM ending) - EXTRACT(YEAR FROM starting)) * 12
        + EXTRACT(MONTH FROM ending) - EXTRACT(MONTH FROM starting))"""

POSTGRES_MONTHS = (
    f"""CREATE OR REPLACE FUNCTION batuta_months(ending TIMESTAMP, starting TIMESTAMP) RETURNS BIGINT
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CAST(CASE
    WHEN ending >= starting THEN {_SHOWN}
        - CASE WHEN starting + CAST({_SHOWN} AS DOUBLE PRECISION) * INTERVAL '1 month' > ending THEN 1 ELSE 0 END
    WHEN ending < starting THEN {_SHOWN}
        + CASE WHEN ending - CAST({_SHOWN} AS DOUBLE PRECISION) * INTERVAL '1 month' > starting THEN 1 ELSE 0 END
    END AS BIGINT) $$""",
)
