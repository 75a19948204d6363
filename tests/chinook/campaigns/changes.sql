CREATE VIEW germans AS SELECT * FROM customer WHERE country = 'Germany';

-- 4 rows
CREATE VIEW "germans>csv" AS SELECT customer_id, customer_id * 2 AS spent FROM germans;
-- 4 rows
CREATE VIEW "germans>invoices" AS SELECT customer_id FROM germans;
-- 4 rows
CREATE VIEW "csv>renamed" AS SELECT customer_id FROM germans;
-- 4 rows
CREATE VIEW "renamed>genres" AS SELECT customer_id FROM germans;
-- 4 rows
CREATE VIEW "genres>" AS SELECT customer_id FROM germans;

-- 71 rows
CREATE VIEW "silent>packed" AS SELECT artist_id FROM artist EXCEPT SELECT artist_id FROM album;
-- 71 rows
CREATE VIEW "packed>forgotten" AS SELECT artist_id FROM artist EXCEPT SELECT artist_id FROM album;
-- 71 rows
CREATE VIEW "forgotten>" AS SELECT artist_id FROM artist EXCEPT SELECT artist_id FROM album;

-- 3 rows
CREATE VIEW "lists>tracks" AS SELECT playlist_id FROM playlist WHERE playlist_id BETWEEN 16 AND 18;
-- 42 rows
CREATE VIEW "tracks>table" AS
SELECT track_id, playlist_id AS "playlist.playlist_id" FROM playlist_track WHERE playlist_id BETWEEN 16 AND 18;
-- 42 rows
CREATE VIEW "table>copied" AS SELECT * FROM "tracks>table";
-- 42 rows
CREATE VIEW "copied>" AS SELECT * FROM "tracks>table";

-- 28 rows
CREATE VIEW "invoices>lines" AS
SELECT invoice_id, i.customer_id AS "customer.customer_id" FROM invoice AS i JOIN germans USING (customer_id);
-- 28 rows
CREATE VIEW "lines>dearer" AS SELECT * FROM "invoices>lines";
-- 28 rows
CREATE VIEW "dearer>" AS SELECT * FROM "invoices>lines";

CREATE VIEW "germans-january.csv" AS SELECT customer_id AS Nr, address AS "Straße", fax AS Fax FROM germans ORDER BY last_name DESC;

CREATE VIEW "2026/01/changes.jsonl" AS
SELECT invoice_id AS invoice, first_name AS name, total, invoice_date AS day
FROM invoice JOIN germans USING (customer_id) ORDER BY customer_id, total DESC, invoice_id;

CREATE VIEW "tracks.parquet" AS
SELECT track_id, playlist_id AS playlist_playlist_id FROM playlist_track WHERE playlist_id BETWEEN 16 AND 18
ORDER BY track_id, playlist_id;

CREATE VIEW "artists.csv.gz" AS SELECT artist_id FROM artist EXCEPT SELECT artist_id FROM album ORDER BY artist_id;

-- What the tables hold afterwards.
CREATE VIEW "after customer" AS
SELECT customer_id, first_name, CASE WHEN country = 'Germany' THEN UPPER_(last_name) || ' GmbH' ELSE company END AS company,
    CASE WHEN country <> 'Germany' THEN fax END AS fax, email
FROM customer;

CREATE VIEW "after genre" AS
SELECT genre_id, name FROM genre
UNION ALL
SELECT customer_id - 12, 'Lied of ' || first_name FROM germans WHERE customer_id - 12 NOT IN (SELECT genre_id FROM genre);

CREATE VIEW "after artist" AS SELECT artist_id, name FROM artist WHERE artist_id IN (SELECT artist_id FROM album);

CREATE VIEW "after playlist_track" AS
SELECT playlist_id, track_id FROM playlist_track
UNION
SELECT playlist_id - 15, track_id FROM playlist_track WHERE playlist_id BETWEEN 16 AND 18;

CREATE VIEW changed AS
SELECT i.invoice_id + 1000 * (i.invoice_id % 2) AS invoice_id, i.invoice_id AS former, g.customer_id, i.invoice_date,
    g.city AS billing_city, ROUND(CAST(ROUND(i.total * 100) AS INT) * 11 / 10.0) / 100 AS total
FROM invoice AS i JOIN germans AS g USING (customer_id);

CREATE VIEW "after invoice" AS
SELECT invoice_id, customer_id, invoice_date, billing_city, billing_address, total FROM invoice
WHERE invoice_id NOT IN (SELECT invoice_id FROM changed)
UNION ALL
SELECT c.invoice_id, c.customer_id, c.invoice_date, c.billing_city, i.billing_address, c.total
FROM changed AS c LEFT JOIN invoice AS i ON i.invoice_id = c.invoice_id;
