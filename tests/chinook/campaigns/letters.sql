CREATE VIEW large AS SELECT * FROM invoice WHERE total > 8;

-- 120 rows
CREATE VIEW "large>buyers" AS SELECT invoice_id, total AS amount FROM large;
-- 120 rows
CREATE VIEW "buyers>people" AS SELECT customer_id, invoice_id AS "invoice.invoice_id", total AS amount FROM large;
-- 120 rows
CREATE VIEW "buyers>invoices" AS SELECT customer_id, invoice_id AS "invoice.invoice_id", total AS amount FROM large;

-- Why somebody gets nothing, whatever the letter is about.
CREATE VIEW barred AS
SELECT customer_id, CASE
    WHEN email = '' THEN 'empty-address'
    WHEN email GLOB '*[^ -~]*' THEN 'invalid-address'
    WHEN LOWER(email) IN (SELECT entry FROM suppression) THEN 'suppressed'
    WHEN SUBSTR(email, INSTR(email, '@') + 1) IN (SELECT entry FROM suppression) THEN 'suppressed'
END AS reason
FROM customer;

CREATE VIEW unwilling AS
SELECT customer_id FROM consent WHERE channel = 'email' AND communication_type IN ('news', '*') AND state <> 'in';

-- The row that each customer is written to about, and which customers share an address with an earlier one.
CREATE VIEW ranked AS
SELECT l.*, c.email, c.first_name,
    ROW_NUMBER() OVER (PARTITION BY l.customer_id ORDER BY l.total DESC, l.invoice_date DESC, l.invoice_id) AS place
FROM large AS l JOIN customer AS c ON c.customer_id = l.customer_id;

CREATE VIEW told AS
SELECT r.*, CASE
    WHEN b.reason IS NOT NULL THEN b.reason
    WHEN r.customer_id IN (SELECT customer_id FROM unwilling) THEN 'no-consent'
END AS reason
FROM ranked AS r JOIN barred AS b ON b.customer_id = r.customer_id WHERE r.place = 1;

CREATE VIEW people AS
SELECT t.*, COALESCE(t.reason, CASE WHEN EXISTS (
    SELECT 1 FROM told AS e
    WHERE e.reason IS NULL AND LOWER(e.email) = LOWER(t.email) AND e.customer_id < t.customer_id
) THEN 'duplicate-address' END) AS why
FROM told AS t;

-- 49 rows
CREATE VIEW "people.sent>both" AS
SELECT customer_id, invoice_id AS "invoice.invoice_id", total AS amount FROM people WHERE why IS NULL;
-- 49 rows
CREATE VIEW "people.sent>silent" AS SELECT * FROM "people.sent>both";
-- 10 rows
CREATE VIEW "people.excluded>" AS
SELECT customer_id, invoice_id AS "invoice.invoice_id", total AS amount, why AS reason FROM people WHERE why IS NOT NULL;
-- 0 rows
CREATE VIEW "people.failed>" AS SELECT customer_id, 0 AS "invoice.invoice_id" FROM customer WHERE FALSE;
-- 0 rows
CREATE VIEW "people.holdout>" AS SELECT * FROM "people.failed>";
-- 0 rows
CREATE VIEW "people.in-doubt>" AS SELECT * FROM "people.failed>";

-- Every invoice has a letter of its own; an address may get several, and consent is not asked for service.
-- 110 rows
CREATE VIEW "invoices.sent>both" AS
SELECT l.customer_id, l.invoice_id AS "invoice.invoice_id", l.total AS amount
FROM large AS l JOIN barred AS b ON b.customer_id = l.customer_id WHERE b.reason IS NULL;
-- 110 rows
CREATE VIEW "invoices.sent>silent" AS SELECT * FROM "invoices.sent>both";
-- 10 rows
CREATE VIEW "invoices.excluded>" AS
SELECT l.customer_id, l.invoice_id AS "invoice.invoice_id", b.reason
FROM large AS l JOIN barred AS b ON b.customer_id = l.customer_id WHERE b.reason IS NOT NULL;
-- 0 rows
CREATE VIEW "invoices.failed>" AS SELECT * FROM "people.failed>";
-- 0 rows
CREATE VIEW "invoices.holdout>" AS SELECT * FROM "people.failed>";
-- 0 rows
CREATE VIEW "invoices.in-doubt>" AS SELECT * FROM "people.failed>";

-- 49 rows
CREATE VIEW "both>" AS SELECT * FROM "people.sent>both";

-- Both carry invoices: only the very invoice that the customer was written to about is taken out.
-- 61 rows
CREATE VIEW "silent>" AS
SELECT customer_id, "invoice.invoice_id" FROM "invoices.sent>both"
EXCEPT SELECT customer_id, "invoice.invoice_id" FROM "people.sent>both";

CREATE VIEW "mails of people" AS
SELECT p.email, 'people: ' || p.first_name || ', ' || PRINTF('%.2f', p.total),
    '<p>' || p.invoice_id || ' ' || PRINTF('%.2f', p.total) || COALESCE((
        SELECT GROUP_CONCAT(line, '') FROM (
            SELECT ', ' || r.invoice_id || ' ' || PRINTF('%.2f', r.total) || ' of ' || r.billing_city AS line
            FROM ranked AS r WHERE r.customer_id = p.customer_id AND r.place > 1 ORDER BY r.place
        )
    ), '') || '</p>'
FROM people AS p WHERE p.why IS NULL;

CREATE VIEW "mails of invoices" AS
SELECT c.email, 'invoices: ' || l.invoice_id,
    '<p>' || c.first_name || ' of ' || e.first_name || ': ' || PRINTF('%.2f', l.total) || '</p>'
FROM large AS l
JOIN barred AS b ON b.customer_id = l.customer_id AND b.reason IS NULL
JOIN customer AS c ON c.customer_id = l.customer_id
JOIN employee AS e ON e.employee_id = c.support_rep_id;
