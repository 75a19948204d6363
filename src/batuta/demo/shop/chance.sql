-- Chance without a generator: a bit mixer over a row number and the number of a draw. The same on every
-- machine, for any number of threads, and for any part of a table on its own.
CREATE MACRO _spread(n, draw) AS (n * 2654435761::UBIGINT + draw * 2246822519::UBIGINT) & 4294967295::UBIGINT;
CREATE MACRO _stir(x) AS (xor(x, x >> 16) * 2146121005::UBIGINT) & 4294967295::UBIGINT;
CREATE MACRO _stir_more(x) AS (xor(x, x >> 15) * 2221713035::UBIGINT) & 4294967295::UBIGINT;
CREATE MACRO _settle(x) AS xor(x, x >> 16);
CREATE MACRO mix(n, draw) AS _settle(_stir_more(_stir(_spread(n::UBIGINT, draw::UBIGINT))));

-- A number from 0 to m - 1.
CREATE MACRO below(n, draw, m) AS (mix(n, draw) % m::UBIGINT)::INTEGER;
-- True for so many in ten thousand.
CREATE MACRO happens(n, draw, in_ten_thousand) AS (mix(n, draw) % 10000::UBIGINT)::INTEGER < in_ten_thousand;
-- One of the values of a list.
CREATE MACRO pick(n, draw, choices) AS choices[1 + (mix(n, draw) % len(choices)::UBIGINT)::INTEGER];
-- A fraction in [0, 1).
CREATE MACRO fraction(n, draw) AS mix(n, draw) / 4294967296.0;

-- The day on which the shop's data ends: fixed, so that a campaign counts the same people whenever it runs.
CREATE MACRO closing_day() AS DATE '2026-07-01';
