"""Statements that people write: which functions they may call and which tables they may read.

That they cannot write is not decided here but by the transaction that they run in. Functions are looked for in the
statement's words before the server sees it: some reach files or other statements. Which tables a statement reads is
told by the server itself, in its plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlglot import Token, TokenType, tokenize
from sqlglot.errors import TokenError

from batuta.engines.postgres.sessions import ADDRESSES
from batuta.engines.postgres.storage import DIALECT
from batuta.engines.shared.querying import PLACE, check_given, refused
from batuta.kit.errors import InputError
from batuta.schema.model import Catalogue


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FUNCTIONS = _words(
    """
    abs acos age ascii asin atan atan2 array_agg array_append array_cat array_length array_position array_remove
    array_replace array_to_json array_to_string array_upper avg bit_and bit_or bool_and bool_or btrim cardinality
    cbrt ceil ceiling char_length character_length chr coalesce concat concat_ws corr cos count cume_dist date_bin
    date_part date_trunc decode degrees dense_rank div encode every exp extract factorial first_value floor format
    gcd generate_series generate_subscripts greatest grouping initcap isfinite json_agg json_array_elements
    json_array_elements_text json_array_length json_build_array json_build_object json_each json_each_text
    json_extract_path json_extract_path_text json_object_agg json_object_keys json_typeof jsonb_agg
    jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object
    jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_object_agg jsonb_object_keys
    jsonb_typeof justify_days justify_hours justify_interval lag last_value lcm lead least left length ln log log10
    lower lpad ltrim make_date make_interval make_time make_timestamp make_timestamptz max md5 min mod mode now
    nth_value ntile nullif octet_length overlay percent_rank percentile_cont percentile_disc pi position pow power
    radians random rank regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace
    regexp_split_to_array regexp_split_to_table regexp_substr regr_intercept regr_slope repeat replace reverse right
    round row_number row_to_json rpad rtrim scale sha256 sign sin split_part sqrt starts_with stddev stddev_pop
    stddev_samp string_agg string_to_array string_to_table strpos substr substring sum tan timezone to_char to_date
    to_json to_jsonb to_number to_timestamp translate trim trunc unnest upper var_pop var_samp variance width_bucket
    """
)
_TYPES = _words(
    """
    bit bpchar char character dec decimal float interval numeric time timestamp timestamptz varchar varying
    """
)
_BEFORE_BRACKETS = _words(
    """
    all and any array as between by case cube distinct else except exists filter from group having ilike in
    intersect join lateral like limit materialized not offset on or over partition recursive rollup row select sets
    similar some symmetric then to union using values when where with within
    """
)
_NAMES = (TokenType.IDENTIFIER, TokenType.VAR)
_NO_ROWS = frozenset({TokenType.SEMICOLON})


@dataclass(frozen=True, slots=True)
class Statement:
    """A query as the server takes it: `$1` and so on stand for the parameters named, in their order."""

    sql: str
    parameters: tuple[str, ...]


def single(sql: str, given: Collection[str]) -> Statement:
    """Return the one query of a text, whose parameters are among those given; raise InputError if it is more.

    It calls no functions but those that compute values from values.
    """
    try:
        tokens = tokenize(sql, read=DIALECT)
    except TokenError as error:
        raise refused(str(error)) from error
    while tokens and tokens[-1].token_type in _NO_ROWS:
        tokens.pop()
    count = sum(token.token_type is TokenType.SEMICOLON for token in tokens) + 1
    if not tokens or count > 1:
        found = f"{count} statements" if tokens else "there is no statement"
        raise InputError(PLACE, f"found: {found}", expected="one SELECT", todo="Write a single query that only reads.")
    if tokens[0].text.lower() not in ("select", "with", "values", "("):
        found = tokens[0].text.upper()
        raise InputError(PLACE, f"found: {found}", expected="one SELECT", todo="Write a single query that only reads.")
    for name in _called(tokens):
        raise InputError(PLACE, f"the function {name} may not be used here", todo="Read the tables of the data.")
    return _numbered(sql, tokens, given)


def check_reach(plan: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> None:
    """Raise InputError if a plan reads other tables than those of the catalogue, or runs other functions."""
    known = {schema.name for schema in catalogue.schemas}
    for node in _nodes(plan):
        table, schema, function = (str(node.get(part, "")) for part in ("Relation Name", "Schema", "Function Name"))
        if table and (schema != ADDRESSES.rows.schema or table not in known):
            todo = "Name a schema of the data, without prefix."
            raise InputError(PLACE, f"the table {schema}.{table} may not be read", todo=todo)
        if function and function not in _FUNCTIONS:
            raise InputError(
                PLACE, f"the function {function} may not be used here", todo="Read the tables of the data."
            )


def _called(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the names before brackets that are none of the functions, types and words that may stand there."""
    for place, (token, bracket) in enumerate(pairwise(tokens)):
        if bracket.token_type is not TokenType.L_PAREN or not _is_name(token):
            continue
        name = token.text if token.token_type is TokenType.IDENTIFIER else token.text.lower()
        qualified = place > 0 and tokens[place - 1].token_type is TokenType.DOT
        allowed = name in _FUNCTIONS or name in _TYPES or name in _BEFORE_BRACKETS
        if qualified or not (allowed or _names_columns(tokens, place)):
            yield token.text


def _is_name(token: Token) -> bool:
    """Tell whether a word is one that may name something, a keyword too; what stands in quotes of texts is none."""
    bare = token.end - token.start + 1 == len(token.text) and token.text.replace("_", "").isalnum()
    return token.token_type in _NAMES or bare


def _names_columns(tokens: Sequence[Token], place: int) -> bool:
    """Tell whether a name before a bracket is no function but names a query or table with its columns."""
    before = tokens[place - 1].text.lower() if place else ""
    if before in ("as", ")"):
        return True
    end = place + 2
    while end < len(tokens) and (_is_name(tokens[end]) or tokens[end].token_type is TokenType.COMMA):
        end += 1
    after = [token.text.lower() for token in tokens[end : end + 2]]
    return before in ("with", "recursive", ",") and after == [")", "as"]


def _numbered(sql: str, tokens: Sequence[Token], given: Collection[str]) -> Statement:
    """Put numbers for the names of parameters: `$town` becomes `$1`."""
    names: list[str] = []
    parts, last = [], 0
    for mark, name in pairwise(tokens):
        if mark.token_type is TokenType.PARAMETER and mark.text == "$" and name.start == mark.end + 1:
            if name.text not in names:
                names.append(name.text)
            parts += [sql[last : mark.start], f"${names.index(name.text) + 1}"]
            last = name.end + 1
    check_given(set(names), set(given))
    return Statement("".join([*parts, sql[last : tokens[-1].end + 1]]), tuple(names))


def _nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for part in value.values():
            yield from _nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from _nodes(part)
