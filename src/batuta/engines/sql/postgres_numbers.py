"""PostgreSQL's functions of numbers that cannot raise, for templates of the function table.

PostgreSQL raises where a double overflows or vanishes, an integer leaves 64 bits or a text is no number, and has
nothing that tries. Each function checks before it computes; what has no value is NULL.
"""

from __future__ import annotations

_FRAME = """CREATE OR REPLACE FUNCTION {head} LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $body${body}$body$"""
_MOST = "1.797693134862315e308"
_LEAST = "4.94e-324"
_HALF_DEGREE = "0.00872664625997164788"
"""In radians."""

_FUNCTIONS = {
    "batuta_integer(n numeric) RETURNS bigint": """
BEGIN
    IF n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN RETURN n; END IF;
    RETURN NULL;
END""",
    "batuta_integer(n double precision) RETURNS bigint": """
BEGIN
    IF n >= -9223372036854775808 AND n < 9223372036854775808 THEN RETURN n; END IF;
    RETURN NULL;
END""",
    "batuta_integer(t text) RETURNS bigint": r"""
DECLARE
    found text := substring(t FROM '^[ \t\n\r]*([+-]?[0-9]+)(?:\.[0-9]*)?[ \t\n\r]*$');
BEGIN
    IF length(t) > 400 OR found IS NULL THEN RETURN NULL; END IF;
    RETURN batuta_integer(CAST(found AS numeric));
END""",
    "batuta_decimal(n numeric, digits integer) RETURNS numeric": """
DECLARE
    rounded numeric := round(n, digits);
BEGIN
    IF abs(rounded) < CAST('1e' || 38 - digits AS numeric) THEN RETURN rounded; END IF;
    RETURN NULL;
END""",
    "batuta_double(t text) RETURNS double precision": r"""
DECLARE
    found text[] := regexp_match(t,
        '^[ \t\n\r]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE]([+-]?)0*([0-9]+))?[ \t\n\r]*$');
    number numeric;
BEGIN
    IF length(t) > 400 OR found IS NULL THEN RETURN NULL; END IF;
    number := CAST(found[1] AS numeric);
    IF number = 0 THEN RETURN 0; END IF;
    IF length(found[3]) > 3 THEN RETURN CASE WHEN found[2] = '-' THEN 0 END; END IF;
    number := CAST(found[1] || coalesce('e' || found[2] || found[3], '') AS numeric);
    IF abs(number) > CAST('1.7976931348623158e308' AS numeric) THEN RETURN NULL; END IF;
    IF abs(number) < CAST('{least}' AS numeric) THEN RETURN 0; END IF;
    RETURN number;
END""",
    "batuta_text(n double precision) RETURNS text": r"""
BEGIN
    IF n = 0 THEN RETURN '0'; END IF;
    IF abs(n) = 'Infinity' OR n = 'NaN' THEN RETURN NULL; END IF;
    IF abs(n) >= 1e15 AND abs(n) < 1e16 THEN RETURN CAST(CAST(CAST(n AS text) AS numeric) AS text); END IF;
    IF abs(n) >= 1e16 AND abs(n) < 1e300 AND CAST(CAST(n AS numeric) AS double precision) = n THEN
        RETURN regexp_replace(trim(to_char(CAST(n AS numeric), '9.99999999999999EEEE')), '\.?0*e', 'e');
    END IF;
    RETURN CAST(n AS text);
END""",
    "batuta_finite(n double precision) RETURNS double precision": """
BEGIN
    IF abs(n) < 'Infinity' THEN RETURN n; END IF;
    RETURN NULL;
END""",
    "batuta_plus(a double precision, b double precision) RETURNS double precision": """
BEGIN
    IF abs(a) >= 1 AND abs(b) >= 1 AND abs(a / 2 + b / 2) > 1.7976931348623157e308 / 2 THEN RETURN NULL; END IF;
    RETURN batuta_finite(a + b);
END""",
    "batuta_times(a double precision, b double precision) RETURNS double precision": """
BEGIN
    IF a = 0 OR b = 0 OR abs(a) = 'Infinity' OR abs(b) = 'Infinity' THEN RETURN batuta_finite(a * b); END IF;
    IF abs(b) > 1 AND abs(a) > {most} / abs(b) THEN RETURN NULL; END IF;
    IF abs(b) < 1 AND abs(a) < {least} / abs(b) THEN RETURN 0; END IF;
    RETURN batuta_finite(a * b);
END""",
    "batuta_over(a double precision, b double precision) RETURNS double precision": """
BEGIN
    IF b = 0 OR a = 'NaN' OR b = 'NaN' THEN RETURN NULL; END IF;
    IF a = 0 OR abs(a) = 'Infinity' OR abs(b) = 'Infinity' THEN RETURN batuta_finite(a / b); END IF;
    IF abs(b) < 1 AND abs(a) > {most} * abs(b) THEN RETURN NULL; END IF;
    IF abs(b) > 1 AND abs(a) < {least} * abs(b) THEN RETURN 0; END IF;
    RETURN batuta_finite(a / b);
END""",
    "batuta_remainder(a double precision, b double precision) RETURNS double precision": """
DECLARE
    rest double precision := abs(a);
    step double precision := abs(b);
BEGIN
    IF b = 0 OR b = 'NaN' OR batuta_finite(a) IS NULL THEN RETURN NULL; END IF;
    WHILE rest - step >= step LOOP step := step * 2; END LOOP;
    LOOP
        IF rest >= step THEN rest := rest - step; END IF;
        EXIT WHEN step <= abs(b);
        step := step / 2;
    END LOOP;
    RETURN CASE WHEN a < 0 THEN -rest ELSE rest END;
END""",
    "batuta_round(n double precision, digits integer) RETURNS double precision": """
DECLARE
    up double precision := power(CAST(10 AS double precision), greatest(digits, 0));
    down double precision := power(CAST(10 AS double precision), greatest(-digits, 0));
    moved double precision;
BEGIN
    IF abs(n) >= 1e200 OR abs(n) < 1e-100 THEN RETURN CASE WHEN abs(n) < 1 THEN 0 ELSE n END; END IF;
    moved := abs(n) * up / down;
    IF moved >= 4503599627370496 THEN RETURN n; END IF;
    RETURN sign(n) * (floor(moved) + CASE WHEN moved - floor(moved) >= 0.5 THEN 1 ELSE 0 END) / up * down;
END""",
    "batuta_trunc(n double precision, digits integer) RETURNS double precision": """
DECLARE
    up double precision := power(CAST(10 AS double precision), greatest(digits, 0));
    down double precision := power(CAST(10 AS double precision), greatest(-digits, 0));
    moved double precision;
BEGIN
    IF abs(n) >= 1e200 OR abs(n) < 1e-100 THEN RETURN CASE WHEN abs(n) < 1 THEN 0 ELSE n END; END IF;
    moved := abs(n) * up / down;
    IF moved >= 4503599627370496 THEN RETURN n; END IF;
    RETURN sign(n) * floor(moved) / up * down;
END""",
    """batuta_distance(longitude_a double precision, latitude_a double precision,
    longitude_b double precision, latitude_b double precision) RETURNS double precision""": """
BEGIN
    IF abs(longitude_a) <= 180 AND abs(latitude_a) <= 90 AND abs(longitude_b) <= 180 AND abs(latitude_b) <= 90 THEN
        RETURN batuta_round(12742.0176 * asin(sqrt(least(1.0,
            batuta_square(sin(batuta_times(latitude_b - latitude_a, {half_degree})))
            + batuta_times(
                cos(batuta_times(latitude_a, 2 * {half_degree})) * cos(batuta_times(latitude_b, 2 * {half_degree})),
                batuta_square(sin(batuta_times(longitude_b - longitude_a, {half_degree}))))))), 6);
    END IF;
    RETURN NULL;
END""",
    "batuta_square(n double precision) RETURNS double precision": """
BEGIN
    RETURN batuta_times(n, n);
END""",
}

POSTGRES_NUMBERS = tuple(
    _FRAME.format(
        head=head, body=body.replace("{most}", _MOST).replace("{least}", _LEAST).replace("{half_degree}", _HALF_DEGREE)
    )
    for head, body in _FUNCTIONS.items()
)
"""Statements that define the functions."""
