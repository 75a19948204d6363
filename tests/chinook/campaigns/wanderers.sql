-- 13 rows
CREATE VIEW "southerners>invoices" AS
SELECT customer_id, city AS town FROM customer WHERE country IN ('Brazil', 'Canada');

-- 0 rows
CREATE VIEW "invoices.complement>" AS
SELECT customer_id FROM customer
WHERE country IN ('Brazil', 'Canada') AND customer_id NOT IN (SELECT customer_id FROM invoice);

-- The former key stays as the secondary key, the column of the customer comes along.
-- 91 rows
CREATE VIEW "invoices>back" AS
SELECT i.invoice_id, c.customer_id AS "customer.customer_id", c.city AS town
FROM invoice AS i JOIN customer AS c ON c.customer_id = i.customer_id WHERE c.country IN ('Brazil', 'Canada');

-- 91 rows
CREATE VIEW "invoices>back-once" AS SELECT * FROM "invoices>back";
-- 91 rows
CREATE VIEW "invoices>tracks" AS SELECT * FROM "invoices>back";
-- 91 rows
CREATE VIEW "invoices>agents" AS SELECT * FROM "invoices>back";

-- There and back: the customers of the origin, with each of their invoices.
-- 91 rows
CREATE VIEW "back>" AS
SELECT customer_id, invoice_id AS "invoice.invoice_id" FROM invoice
WHERE customer_id IN (1, 3, 10, 11, 12, 13, 14, 15, 29, 30, 31, 32, 33);

-- 13 rows
CREATE VIEW "back-once>" AS SELECT customer_id, city AS town FROM customer WHERE country IN ('Brazil', 'Canada');

-- 494 rows
CREATE VIEW "tracks>artists" AS
SELECT DISTINCT l.track_id, l.invoice_id AS "invoice.invoice_id"
FROM invoice_line AS l
JOIN invoice AS i ON i.invoice_id = l.invoice_id
JOIN customer AS c ON c.customer_id = i.customer_id
WHERE c.country IN ('Brazil', 'Canada');

-- 108 rows
CREATE VIEW "artists>discography" AS
SELECT DISTINCT a.artist_id
FROM "tracks>artists" AS o
JOIN track AS t ON t.track_id = o.track_id
JOIN album AS a ON a.album_id = t.album_id;

-- 2,878 rows
CREATE VIEW "discography>" AS
SELECT t.track_id, a.artist_id AS "artist.artist_id"
FROM track AS t JOIN album AS a ON a.album_id = t.album_id
WHERE a.artist_id IN (SELECT artist_id FROM "artists>discography");

-- 275 rows
CREATE VIEW "everyone>albums" AS SELECT artist_id FROM artist;

-- 347 rows
CREATE VIEW "albums>" AS SELECT album_id, artist_id AS "artist.artist_id" FROM album;

-- 71 rows
CREATE VIEW "albums.complement>" AS SELECT artist_id FROM artist EXCEPT SELECT artist_id FROM album;

-- 74 rows
CREATE VIEW "opera>sold" AS
SELECT track_id FROM track WHERE genre_id = (SELECT genre_id FROM genre WHERE name = 'Classical');

-- 74 rows
CREATE VIEW "opera>lists" AS SELECT * FROM "opera>sold";

-- 41 rows
CREATE VIEW "sold>" AS
SELECT DISTINCT l.invoice_id, l.track_id AS "track.track_id" FROM invoice_line AS l
WHERE EXISTS (SELECT 1 FROM "opera>sold" AS o WHERE o.track_id = l.track_id);

-- 38 rows
CREATE VIEW "sold.complement>" AS
SELECT o.track_id FROM "opera>sold" AS o LEFT JOIN invoice_line AS l ON l.track_id = o.track_id
WHERE l.track_id IS NULL;

-- 7 rows
CREATE VIEW "lists>" AS
SELECT DISTINCT p.playlist_id FROM playlist_track AS p JOIN "opera>sold" AS o ON o.track_id = p.track_id;

-- A second change replaces the secondary key: employees with the invoices, no customers any more.
-- 91 rows
CREATE VIEW "agents>" AS
SELECT c.support_rep_id AS employee_id, i.invoice_id AS "invoice.invoice_id"
FROM invoice AS i JOIN customer AS c ON c.customer_id = i.customer_id WHERE c.country IN ('Brazil', 'Canada');

-- 8 rows
CREATE VIEW "staff>bosses" AS SELECT employee_id FROM employee;
-- 8 rows
CREATE VIEW "staff>bosses-once" AS SELECT employee_id FROM employee;

-- The new key and the former one are both of employees.
-- 7 rows
CREATE VIEW "bosses>" AS
SELECT reports_to AS employee_id, employee_id AS "employee.employee_id" FROM employee WHERE reports_to IS NOT NULL;

-- 1 row
CREATE VIEW "bosses.complement>" AS SELECT employee_id FROM employee WHERE reports_to IS NULL;

-- 3 rows
CREATE VIEW "bosses-once>" AS SELECT DISTINCT reports_to AS employee_id FROM employee WHERE reports_to IS NOT NULL;
