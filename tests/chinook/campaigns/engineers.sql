CREATE VIEW blues AS
SELECT i.customer_id, COUNT(*) AS pieces, MAX(i.invoice_date) AS latest, 'Blues' AS genre
FROM invoice_line AS l, invoice AS i, track AS t
WHERE i.invoice_id = l.invoice_id AND t.track_id = l.track_id AND i.invoice_date > '2023-05-31 23:59:59'
    AND t.genre_id IN (SELECT genre_id FROM genre WHERE name = 'Blues')
GROUP BY i.customer_id HAVING COUNT(*) > 1;

-- 8 rows
CREATE VIEW "fans>both" AS SELECT * FROM blues;
-- 3 rows
CREATE VIEW "unsure>both" (customer_id, letter) AS VALUES (1, 'a'), (2, 'b'), (3, 'f');
-- 7 rows
CREATE VIEW "both>invoices" AS SELECT customer_id, pieces FROM blues WHERE customer_id > 3;
-- 1 row
CREATE VIEW "both.complement>" AS
SELECT *, 'Keys that are empty, unknown, or come twice' AS excluded_by FROM blues WHERE customer_id <= 3;
-- 49 rows
CREATE VIEW "invoices>" AS
SELECT invoice_id, b.customer_id AS "customer.customer_id", b.pieces
FROM invoice AS i JOIN blues AS b ON b.customer_id = i.customer_id AND b.customer_id > 3;
