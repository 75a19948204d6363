-- The table call (line, mail, surname, land, minutes, at) holds what the file says; here the countries are as they stand.
CREATE VIEW settled AS
SELECT l.*, (SELECT MIN(customer_id) FROM customer WHERE FOLD(email) = FOLD(STRIP(l.mail))) AS customer_id FROM call AS l;
CREATE VIEW named AS
SELECT l.*, (SELECT MIN(customer_id) FROM customer WHERE last_name = STRIP(l.surname)) AS customer_id FROM call AS l;

-- 21 rows
CREATE VIEW "calls>settled" AS SELECT line, minutes FROM call;
-- 21 rows
CREATE VIEW "calls>named" AS SELECT line, minutes FROM call;
-- 21 rows
CREATE VIEW "calls>beside" AS SELECT line, minutes FROM call;
-- 59 rows
CREATE VIEW "everyone>all" AS SELECT customer_id FROM customer;
-- 59 rows
CREATE VIEW "everyone>quiet" AS SELECT customer_id FROM customer;
-- 59 rows
CREATE VIEW "everyone>called" AS SELECT customer_id FROM customer;
-- 59 rows
CREATE VIEW "everyone>beside" AS SELECT customer_id FROM customer;
-- 21 rows
CREATE VIEW "settled>invoices" AS SELECT customer_id, line, minutes FROM settled;
-- 21 rows
CREATE VIEW "settled>once" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "settled>lumped" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "settled>parts" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "settled>richer" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "settled>both" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "settled>either" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "settled>less" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "settled>all" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "settled>quiet" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "settled>called" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "settled>beside" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "settled>billed" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "billed>kept" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "kept>out" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "out>" AS SELECT customer_id, line FROM settled;
-- 21 rows
CREATE VIEW "named>both" AS SELECT customer_id, line FROM named;
-- 21 rows
CREATE VIEW "named>either" AS SELECT customer_id, line FROM named;
-- 21 rows
CREATE VIEW "named>less" AS SELECT customer_id, line FROM named;

-- Two lines about one customer lead to the same pair of invoice and customer; strangers lead nowhere.
-- 70 rows
CREATE VIEW "invoices>" AS
SELECT i.invoice_id, i.customer_id AS "customer.customer_id", (
    SELECT minutes FROM settled AS s WHERE s.customer_id = i.customer_id ORDER BY line LIMIT 1
) AS minutes
FROM invoice AS i WHERE i.customer_id IN (SELECT customer_id FROM settled);
-- 4 rows
CREATE VIEW "invoices.complement>" AS SELECT customer_id, line FROM settled WHERE customer_id IS NULL;

-- A stranger has nothing in the field, and counts as distinct.
CREATE VIEW counted AS
SELECT *, ROW_NUMBER() OVER (
    PARTITION BY COALESCE(customer_id, -line) ORDER BY minutes DESC NULLS LAST, line
) AS place FROM settled;
-- 14 rows
CREATE VIEW "once>" AS SELECT customer_id, line FROM counted WHERE place = 1;
-- 7 rows
CREATE VIEW "once.complement>" AS
SELECT c.customer_id, c.line, k.customer_id AS kept_1, k.line AS kept_2
FROM counted AS c JOIN counted AS k ON k.customer_id = c.customer_id AND k.place = 1 WHERE c.place > 1;

-- 11 rows
CREATE VIEW "lumped>" AS SELECT customer_id, MIN(line) AS line FROM settled GROUP BY customer_id;

-- 8 rows
CREATE VIEW "parts.spoke>" AS SELECT customer_id, line FROM settled WHERE minutes > 8;
-- 10 rows
CREATE VIEW "parts.known>" AS
SELECT customer_id, line FROM settled WHERE COALESCE(minutes, 0) <= 8 AND customer_id IS NOT NULL;
-- 3 rows
CREATE VIEW "parts.complement>" AS
SELECT customer_id, line FROM settled WHERE COALESCE(minutes, 0) <= 8 AND customer_id IS NULL;

-- 21 rows
CREATE VIEW "richer>" AS
SELECT s.customer_id, s.line, c.city AS town,
    COALESCE((SELECT SUM(total) FROM invoice AS i WHERE i.customer_id = s.customer_id), '0.00') AS spent, (
        SELECT invoice_id FROM invoice AS i WHERE i.customer_id = s.customer_id
        ORDER BY invoice_date DESC, invoice_id LIMIT 1
    ) AS last_1_id
FROM settled AS s LEFT JOIN customer AS c ON c.customer_id = s.customer_id;

-- A line that is nobody's in both is the same row: it stands by its line.
-- 12 rows
CREATE VIEW "both>" AS
SELECT s.customer_id, s.line FROM settled AS s JOIN named AS n ON n.line = s.line AND n.customer_id IS s.customer_id;
-- 30 rows
CREATE VIEW "either>" AS SELECT customer_id, line FROM settled UNION SELECT customer_id, line FROM named;
-- 18 rows
CREATE VIEW "both.complement>" AS SELECT customer_id, line FROM "either>" EXCEPT SELECT customer_id, line FROM "both>";
-- 9 rows
CREATE VIEW "less>" AS SELECT customer_id, line FROM settled EXCEPT SELECT customer_id, line FROM named;
-- 12 rows
CREATE VIEW "less.complement>" AS SELECT customer_id, line FROM "both>";

-- Not all carry lines, so each target comes once.
-- 59 rows
CREATE VIEW "all>" AS SELECT customer_id FROM customer;

-- 49 rows
CREATE VIEW "quiet>" AS
SELECT customer_id FROM customer WHERE customer_id NOT IN (SELECT customer_id FROM settled WHERE customer_id IS NOT NULL);
-- 17 rows
CREATE VIEW "called>" AS SELECT customer_id, line FROM settled WHERE customer_id IS NOT NULL;

-- 64 rows
CREATE VIEW "beside>" AS
SELECT c.customer_id,
    ROW_NUMBER() OVER (PARTITION BY c.customer_id ORDER BY m.line) AS line,
    (SELECT minutes FROM call AS l WHERE FOLD(STRIP(l.mail)) = FOLD(c.email) ORDER BY l.line LIMIT 1) AS first_minutes,
    m.minutes AS call_minutes,
    (SELECT land FROM settled AS s WHERE s.customer_id = c.customer_id ORDER BY s.line LIMIT 1) AS row_land
FROM customer AS c
LEFT JOIN call AS m ON FOLD(STRIP(m.mail)) = FOLD(c.email) AND m.minutes IS NOT NULL;
