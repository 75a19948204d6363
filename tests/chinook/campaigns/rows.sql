CREATE VIEW large AS SELECT * FROM invoice WHERE total > 5;
CREATE VIEW recent AS SELECT * FROM invoice WHERE invoice_date >= '2024';
CREATE VIEW canadians AS SELECT * FROM customer WHERE country = 'Canada';

-- 179 rows
CREATE VIEW "large>large-buyers" AS SELECT invoice_id, total FROM large;
-- 163 rows
CREATE VIEW "recent>recent-buyers" AS SELECT invoice_id, SUBSTR(invoice_date, 1, 4) AS year FROM recent;
-- 163 rows
CREATE VIEW "recent>towns" AS SELECT invoice_id FROM recent;
-- 163 rows
CREATE VIEW "recent>agents" AS SELECT invoice_id FROM recent;

-- 8 rows
CREATE VIEW "canadians>old" AS SELECT customer_id FROM canadians;
-- 8 rows
CREATE VIEW "canadians>met" AS SELECT customer_id FROM canadians;
-- 8 rows
CREATE VIEW "canadians>targets" AS SELECT customer_id FROM canadians;
-- 8 rows
CREATE VIEW "canadians>towns" AS SELECT customer_id FROM canadians;
-- 8 rows
CREATE VIEW "canadians>agents" AS SELECT customer_id FROM canadians;

-- 179 rows
CREATE VIEW "large-buyers>either" AS SELECT customer_id, invoice_id AS "invoice.invoice_id", total FROM large;
-- 179 rows
CREATE VIEW "large-buyers>both" AS SELECT customer_id, invoice_id AS "invoice.invoice_id", total FROM large;
-- 179 rows
CREATE VIEW "large-buyers>old" AS SELECT customer_id, invoice_id AS "invoice.invoice_id", total FROM large;
-- 179 rows
CREATE VIEW "large-buyers>met" AS SELECT customer_id, invoice_id AS "invoice.invoice_id", total FROM large;
-- 163 rows
CREATE VIEW "recent-buyers>either" AS SELECT customer_id, invoice_id AS "invoice.invoice_id" FROM recent;
-- 163 rows
CREATE VIEW "recent-buyers>both" AS SELECT customer_id, invoice_id AS "invoice.invoice_id" FROM recent;
-- 163 rows
CREATE VIEW "recent-buyers>old" AS SELECT customer_id, invoice_id AS "invoice.invoice_id" FROM recent;
-- 163 rows
CREATE VIEW "recent-buyers>targets" AS SELECT customer_id, invoice_id AS "invoice.invoice_id" FROM recent;

-- Each row once, with the columns of every population it is in.
CREATE VIEW either AS
SELECT i.customer_id, i.invoice_id AS "invoice.invoice_id",
    CASE WHEN i.total > 5 THEN i.total END AS total,
    CASE WHEN i.invoice_date >= '2024' THEN SUBSTR(i.invoice_date, 1, 4) END AS year,
    c.country, i.total AS amount, i.invoice_date
FROM invoice AS i JOIN customer AS c ON c.customer_id = i.customer_id
WHERE i.total > 5 OR i.invoice_date >= '2024';

-- 271 rows
CREATE VIEW "either>two-a-country" AS SELECT customer_id, "invoice.invoice_id", total FROM either;
-- 271 rows
CREATE VIEW "either>one-a-customer" AS SELECT customer_id, "invoice.invoice_id", total FROM either;
-- 271 rows
CREATE VIEW "either>parts" AS SELECT customer_id, "invoice.invoice_id", total FROM either;
-- 271 rows
CREATE VIEW "either>seen" AS SELECT customer_id, "invoice.invoice_id", total FROM either;
-- 271 rows
CREATE VIEW "either>named" AS SELECT customer_id, "invoice.invoice_id", total, year FROM either;

-- The whole key decides: the same invoice, not just the same customer.
-- 71 rows
CREATE VIEW "both>" AS
SELECT customer_id, invoice_id AS "invoice.invoice_id", total, SUBSTR(invoice_date, 1, 4) AS year
FROM large WHERE invoice_date >= '2024';

-- In one of them, not in both.
-- 200 rows
CREATE VIEW "both.complement>" AS
SELECT customer_id, invoice_id AS "invoice.invoice_id" FROM invoice
WHERE (total > 5) <> (invoice_date >= '2024');

-- Recent ones meet by the whole key, Canadians by target.
-- 93 rows
CREATE VIEW "old>" AS
SELECT customer_id, invoice_id AS "invoice.invoice_id", total FROM large
WHERE invoice_date < '2024' AND customer_id NOT IN (SELECT customer_id FROM canadians);

-- The first that takes a row out names itself.
-- 86 rows
CREATE VIEW "old.complement>" AS
SELECT customer_id, invoice_id AS "invoice.invoice_id",
    CASE WHEN invoice_date >= '2024' THEN 'recent-buyers' ELSE 'canadians' END AS excluded_by
FROM large WHERE invoice_date >= '2024' OR customer_id IN (SELECT customer_id FROM canadians);

-- 24 rows
CREATE VIEW "met>" AS
SELECT customer_id, invoice_id AS "invoice.invoice_id", total FROM large
WHERE customer_id IN (SELECT customer_id FROM canadians);

-- Canadians carry no invoice, so each target comes once; the first row by key gives the column.
-- 59 rows
CREATE VIEW "targets>" AS
SELECT c.customer_id, (
    SELECT SUBSTR(r.invoice_date, 1, 4) FROM recent AS r WHERE r.customer_id = c.customer_id ORDER BY r.invoice_id LIMIT 1
) AS year
FROM customer AS c
WHERE c.country = 'Canada' OR c.customer_id IN (SELECT customer_id FROM recent);

-- The first set's dimension stays; of rows with the same value one stays, the smallest key.
-- 8 rows
CREATE VIEW "towns>" AS
SELECT MIN(invoice_id) AS invoice_id FROM recent
WHERE billing_city IN (SELECT city FROM canadians) GROUP BY billing_city;

-- Recent invoices come as the customers of their billing country; of rows with the same value one stays.
-- 24 rows
CREATE VIEW "agents>" AS
SELECT MIN(customer_id) AS customer_id FROM customer
WHERE country = 'Canada' OR country IN (SELECT billing_country FROM recent) GROUP BY country;

CREATE VIEW by_country AS
SELECT *, ROW_NUMBER() OVER (
    PARTITION BY country ORDER BY amount DESC, invoice_date, customer_id, "invoice.invoice_id"
) AS place FROM either;

-- 48 rows
CREATE VIEW "two-a-country>" AS SELECT customer_id, "invoice.invoice_id" FROM by_country WHERE place <= 2;

-- 223 rows
CREATE VIEW "two-a-country.complement>" AS
SELECT b.customer_id, b."invoice.invoice_id", k.customer_id AS kept_1, k."invoice.invoice_id" AS kept_2
FROM by_country AS b JOIN by_country AS k ON k.country = b.country AND k.place = 1 WHERE b.place > 2;

CREATE VIEW by_customer AS
SELECT *, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY invoice_date DESC, "invoice.invoice_id") AS place
FROM either;

-- 59 rows
CREATE VIEW "one-a-customer>" AS SELECT customer_id, "invoice.invoice_id" FROM by_customer WHERE place = 1;

-- 212 rows
CREATE VIEW "one-a-customer.complement>" AS
SELECT b.customer_id, b."invoice.invoice_id", k.customer_id AS kept_1, k."invoice.invoice_id" AS kept_2
FROM by_customer AS b JOIN by_customer AS k ON k.customer_id = b.customer_id AND k.place = 1 WHERE b.place > 1;

-- 20 rows
CREATE VIEW "parts.top>" AS
SELECT customer_id, "invoice.invoice_id" FROM either
ORDER BY amount DESC, invoice_date, customer_id, "invoice.invoice_id" LIMIT 20;

-- 13 rows
CREATE VIEW "parts.germans>" AS
SELECT customer_id, "invoice.invoice_id" FROM either
WHERE country = 'Germany' AND "invoice.invoice_id" NOT IN (SELECT "invoice.invoice_id" FROM "parts.top>");

CREATE VIEW not_first AS
SELECT customer_id, "invoice.invoice_id" FROM either
WHERE country <> 'Germany' AND "invoice.invoice_id" NOT IN (SELECT "invoice.invoice_id" FROM "parts.top>");

-- Half of all that arrive, rounded.
-- 136 rows
CREATE VIEW "parts.half>" AS
SELECT * FROM not_first ORDER BY "invoice.invoice_id" LIMIT (SELECT ROUND(COUNT(*) * 0.5) FROM either);

-- 102 rows
CREATE VIEW "parts.complement>" AS
SELECT * FROM not_first WHERE "invoice.invoice_id" NOT IN (SELECT "invoice.invoice_id" FROM "parts.half>");

-- 7 rows
CREATE VIEW "seen.first>" AS
SELECT customer_id, "invoice.invoice_id" FROM either
ORDER BY invoice_date, customer_id, "invoice.invoice_id" LIMIT 7;

-- 21 rows
CREATE VIEW "seen.again>" AS SELECT customer_id, "invoice.invoice_id" FROM either WHERE "invoice.invoice_id" < 50;

CREATE VIEW last_ten AS
SELECT "invoice.invoice_id" FROM either WHERE country <> 'USA' ORDER BY "invoice.invoice_id" DESC LIMIT 10;

-- 271 rows
CREATE VIEW "named>" AS
SELECT customer_id, "invoice.invoice_id",
    CASE
        WHEN country = 'USA' THEN 'From the USA'
        WHEN "invoice.invoice_id" IN (SELECT * FROM last_ten) THEN 'Ten more'
    END AS part
FROM either;
