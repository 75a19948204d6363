-- 1 row
CREATE VIEW "danes>second" AS SELECT customer_id FROM customer WHERE country = 'Denmark';
-- 1 row
CREATE VIEW "second>over" AS SELECT * FROM "danes>second";
-- A date that is over holds nobody up.
-- 1 row
CREATE VIEW "over>end" AS SELECT * FROM "danes>second";
