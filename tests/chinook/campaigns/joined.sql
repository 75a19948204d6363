-- 59 rows
CREATE VIEW "all>values" AS SELECT customer_id FROM customer;
-- 59 rows
CREATE VIEW "all>found" AS SELECT customer_id FROM customer;
-- 59 rows
CREATE VIEW "all>many" AS SELECT customer_id FROM customer;
-- 59 rows
CREATE VIEW "all>ruled" AS SELECT customer_id FROM customer;

-- 170 rows
CREATE VIEW "small>found" AS SELECT invoice_id, total AS price FROM invoice WHERE total < 2;
-- 170 rows
CREATE VIEW "small>buyers" AS SELECT invoice_id, total AS price FROM invoice WHERE total < 2;

-- 59 rows
CREATE VIEW "values>linked" AS
SELECT c.customer_id, e.last_name AS agent, b.first_name AS boss,
    c.first_name || ' ' || c.last_name || ' of ' || c.city AS "full", COALESCE(c.company, 'none') AS firm
FROM customer AS c
LEFT JOIN employee AS e ON e.employee_id = c.support_rep_id
LEFT JOIN employee AS b ON b.employee_id = e.reports_to;

CREATE VIEW best AS
SELECT *, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY total DESC, invoice_id) AS place
FROM invoice WHERE billing_country <> 'USA';

CREATE VIEW bought AS
SELECT i.customer_id, l.invoice_line_id, l.quantity, t.name, t.milliseconds, a.artist_id, g.name AS genre, m.name AS media
FROM invoice AS i
JOIN invoice_line AS l ON l.invoice_id = i.invoice_id
JOIN track AS t ON t.track_id = l.track_id
JOIN album AS a ON a.album_id = t.album_id
JOIN genre AS g ON g.genre_id = t.genre_id
JOIN media_type AS m ON m.media_type_id = t.media_type_id;

-- 59 rows
CREATE VIEW "linked>" AS
SELECT
    c.customer_id,
    (SELECT invoice_id FROM best AS b WHERE b.customer_id = c.customer_id AND place = 1) AS best_1_id,
    (SELECT total FROM best AS b WHERE b.customer_id = c.customer_id AND place = 1) AS best_1_total,
    (SELECT invoice_id FROM best AS b WHERE b.customer_id = c.customer_id AND place = 2) AS best_2_id,
    (SELECT total FROM best AS b WHERE b.customer_id = c.customer_id AND place = 2) AS best_2_total,
    (
        SELECT name FROM bought AS b WHERE b.customer_id = c.customer_id AND genre = 'Jazz'
        ORDER BY milliseconds DESC, invoice_line_id LIMIT 1
    ) AS song_1_name,
    (SELECT SUM(total) FROM invoice AS i WHERE i.customer_id = c.customer_id) AS spent,
    (SELECT COUNT(*) FROM bought AS b WHERE b.customer_id = c.customer_id) AS bought,
    (SELECT COUNT(DISTINCT artist_id) FROM bought AS b WHERE b.customer_id = c.customer_id) AS artists,
    (SELECT AVG(total) FROM invoice AS i WHERE i.customer_id = c.customer_id) AS usual,
    (SELECT MIN(total) FROM invoice AS i WHERE i.customer_id = c.customer_id) AS least,
    (SELECT MAX(invoice_date) FROM invoice AS i WHERE i.customer_id = c.customer_id) AS latest,
    (
        SELECT COALESCE(SUM(quantity), 0) FROM bought AS b
        WHERE b.customer_id = c.customer_id AND LOWER(b.media) LIKE '%video%'
    ) AS films,
    (SELECT MAX(total) FROM invoice AS i WHERE i.customer_id = c.customer_id AND total > 15) AS dearest
FROM customer AS c;

-- Several sales people live in Canada: the smallest key is taken.
-- 59 rows
CREATE VIEW "found>" AS
SELECT
    c.customer_id,
    (
        SELECT last_name FROM employee AS e WHERE e.country = c.country AND e.title LIKE 'Sales%'
        ORDER BY employee_id LIMIT 1
    ) AS neighbour_name,
    (SELECT MIN(employee_id) FROM employee AS e WHERE e.first_name = c.first_name) AS namesake_id,
    (
        SELECT MIN(invoice_id) FROM invoice AS i
        WHERE i.billing_city = c.city AND i.billing_country = c.country AND i.total < 2
    ) AS bill_id,
    (
        SELECT total FROM invoice AS i
        WHERE i.billing_city = c.city AND i.billing_country = c.country AND i.total < 2
        ORDER BY invoice_id LIMIT 1
    ) AS bill_price
FROM customer AS c;

-- A row for each match, numbered; one without any stays once.
-- 69 rows
CREATE VIEW "many>" AS
SELECT c.customer_id, i.invoice_id AS local_id,
    ROW_NUMBER() OVER (PARTITION BY c.customer_id ORDER BY i.invoice_id) AS line
FROM customer AS c LEFT JOIN invoice AS i ON i.billing_city = c.city AND i.total < 1;

-- 59 rows
CREATE VIEW "ruled>" AS
SELECT customer_id, LEAD(customer_id) OVER (PARTITION BY country ORDER BY customer_id) AS next_id FROM customer;

-- 170 rows
CREATE VIEW "buyers>of-rows" AS
SELECT customer_id, invoice_id AS "invoice.invoice_id", total AS price FROM invoice WHERE total < 2;

-- 170 rows
CREATE VIEW "of-rows>" AS
SELECT i.customer_id, i.invoice_id AS "invoice.invoice_id", i.invoice_date AS day,
    (
        SELECT t.name FROM invoice_line AS l JOIN track AS t ON t.track_id = l.track_id
        WHERE l.invoice_id = i.invoice_id ORDER BY t.name, l.invoice_line_id LIMIT 1
    ) AS song_1_name,
    (SELECT COUNT(*) FROM invoice_line AS l WHERE l.invoice_id = i.invoice_id) AS songs
FROM invoice AS i WHERE i.total < 2;
