-- The first version was saved with 37 as the least, the second with 40; customers 6, 26 and 33 are gone since, 1 has moved.
CREATE TABLE spent AS
SELECT customer_id, SUM(CAST(ROUND(total * 100) AS INT)) AS cents FROM invoice GROUP BY customer_id;
CREATE TABLE formerly AS SELECT * FROM customer;
DELETE FROM customer WHERE customer_id IN (6, 26, 33);
UPDATE customer SET city = 'Fortaleza' WHERE customer_id = 1;

CREATE VIEW version_1 AS
SELECT f.customer_id, f.city AS town FROM formerly AS f JOIN spent USING (customer_id)
WHERE cents > 3700 AND customer_id IN (SELECT customer_id FROM customer);
CREATE VIEW version_2 AS
SELECT f.customer_id, f.city AS town FROM formerly AS f JOIN spent USING (customer_id)
WHERE cents > 4000 AND customer_id IN (SELECT customer_id FROM customer);

-- 12 rows
CREATE VIEW "latest>left" AS
SELECT customer_id, v.town, 40 AS least, c.city AS now_in FROM version_2 AS v JOIN customer AS c USING (customer_id);

-- 55 rows
CREATE VIEW "first>left" AS SELECT customer_id, town FROM version_1;

-- 43 rows
CREATE VIEW "left>" AS
SELECT customer_id FROM version_1 EXCEPT SELECT customer_id FROM version_2;

-- 385 rows
CREATE VIEW "landed>" AS
SELECT i.invoice_id, v.town, 37 AS least FROM invoice AS i JOIN version_1 AS v ON v.customer_id = i.customer_id;

-- 1 row
CREATE VIEW "agents>" AS
SELECT DISTINCT e.reports_to AS employee_id
FROM version_2 JOIN customer USING (customer_id) JOIN employee AS e ON e.employee_id = support_rep_id;

-- Saved as employees, so nobody is gone.
-- 3 rows
CREATE VIEW "helpers>" AS
SELECT DISTINCT f.support_rep_id AS employee_id FROM formerly AS f JOIN spent USING (customer_id) WHERE cents > 4000;

-- 8 rows
CREATE VIEW "members>" AS
SELECT customer_id FROM version_2 JOIN customer USING (customer_id)
WHERE country NOT IN ('USA', 'Canada', 'Brazil', 'India', 'Chile', 'Argentina', 'Australia');

-- 44 rows
CREATE VIEW "strangers>" AS SELECT customer_id FROM customer EXCEPT SELECT customer_id FROM version_2;
