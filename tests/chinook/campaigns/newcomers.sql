-- clock (now, after) holds this run and the one before, returned (activity, key, at) what live runs have returned.
CREATE VIEW spent AS SELECT customer_id, SUM(CAST(ROUND(total * 100) AS INT)) AS cents FROM invoice GROUP BY customer_id;

CREATE VIEW "fresh>buyers" AS
SELECT invoice_id, total AS amount FROM invoice, clock
WHERE total > 1 AND invoice_date <= now AND invoice_date > COALESCE(DATETIME(after, '-10 days'), '0')
    AND invoice_id NOT IN (SELECT key FROM returned WHERE activity = 'fresh');

CREATE VIEW "buyers>letters" AS
SELECT i.customer_id, f.invoice_id AS "invoice.invoice_id", f.amount
FROM "fresh>buyers" AS f JOIN invoice AS i ON i.invoice_id = f.invoice_id;

-- Stanisław cannot be written to.
CREATE VIEW "letters.sent>" AS SELECT * FROM "buyers>letters" WHERE customer_id <> 49;
CREATE VIEW "letters.excluded>" AS SELECT *, 'invalid-address' AS reason FROM "buyers>letters" WHERE customer_id = 49;
CREATE VIEW "letters.failed>" AS SELECT * FROM "buyers>letters" WHERE FALSE;
CREATE VIEW "letters.holdout>" AS SELECT * FROM "buyers>letters" WHERE FALSE;
CREATE VIEW "letters.in-doubt>" AS SELECT * FROM "buyers>letters" WHERE FALSE;
CREATE VIEW "mails of letters" AS
SELECT c.email, 'letters: ' || s."invoice.invoice_id", '<p>' || c.first_name || ': ' || PRINTF('%.2f', s.amount) || '</p>'
FROM "letters.sent>" AS s JOIN customer AS c ON c.customer_id = s.customer_id;

CREATE VIEW "dear>keep" AS
SELECT customer_id FROM spent
WHERE cents > 4000 AND customer_id NOT IN (SELECT key FROM returned WHERE activity = 'dear');
CREATE VIEW "keep>" AS SELECT * FROM "dear>keep";

CREATE VIEW "month>" AS
SELECT customer_id FROM spent, clock
WHERE cents > 4000 AND customer_id NOT IN (
    SELECT key FROM returned WHERE activity = 'month' AND at > DATETIME(now, '-60 days')
);
