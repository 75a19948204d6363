CREATE VIEW american AS SELECT * FROM customer WHERE country IN ('USA', 'Canada', 'Brazil', 'Chile', 'Argentina');
CREATE VIEW firm AS SELECT * FROM customer WHERE company <> '';
CREATE VIEW of_jane AS SELECT * FROM customer WHERE support_rep_id = 3;
CREATE VIEW film AS SELECT * FROM track WHERE media_type_id IN (SELECT media_type_id FROM media_type WHERE name LIKE '%video%');

-- 28 rows
CREATE VIEW "americans>either" AS SELECT customer_id, SUBSTR(last_name, 1, 1) AS letter, 'a' AS mark FROM american;
-- 28 rows
CREATE VIEW "americans>all-three" AS SELECT customer_id FROM american;
-- 28 rows
CREATE VIEW "americans>only" AS SELECT customer_id FROM american;
-- 10 rows
CREATE VIEW "firms>either" AS SELECT customer_id, company AS firm, 'f' AS mark FROM firm;
-- 10 rows
CREATE VIEW "firms>all-three" AS SELECT customer_id FROM firm;
-- 10 rows
CREATE VIEW "firms>only" AS SELECT customer_id FROM firm;
-- 10 rows
CREATE VIEW "firms>letters" AS SELECT customer_id FROM firm;
-- 21 rows
CREATE VIEW "jane>all-three" AS SELECT customer_id FROM of_jane;
-- 21 rows
CREATE VIEW "jane>letters" AS SELECT customer_id FROM of_jane;
-- 214 rows
CREATE VIEW "films>only" AS SELECT track_id FROM film;

-- The firms lead: of the column that both have, it is theirs.
CREATE VIEW either AS
SELECT *, CASE WHEN company IS NULL THEN 'a' ELSE 'f' END AS mark,
    CASE WHEN customer_id IN (SELECT customer_id FROM american) THEN SUBSTR(last_name, 1, 1) END AS letter
FROM customer WHERE customer_id IN (SELECT customer_id FROM american) OR company IS NOT NULL;

-- 29 rows
CREATE VIEW "either>chance" AS SELECT customer_id, letter, mark, company AS firm FROM either;
-- 29 rows
CREATE VIEW "either>chosen" AS SELECT customer_id FROM either;
-- 29 rows
CREATE VIEW "either>cities" AS SELECT customer_id FROM either;
-- 29 rows
CREATE VIEW "either>spaced" AS SELECT customer_id FROM either;
-- 29 rows
CREATE VIEW "either>parts" AS SELECT customer_id FROM either;
-- 29 rows
CREATE VIEW "either>way" AS SELECT customer_id FROM either;

CREATE VIEW counted AS
SELECT customer_id, COUNT(*) AS sets FROM (
    SELECT customer_id FROM american UNION ALL SELECT customer_id FROM firm UNION ALL SELECT customer_id FROM of_jane
) GROUP BY customer_id;
-- 4 rows
CREATE VIEW "all-three>" AS
SELECT customer_id, SUBSTR(last_name, 1, 1) AS letter, 'a' AS mark, company AS firm
FROM customer WHERE customer_id IN (SELECT customer_id FROM counted WHERE sets = 3);
-- 36 rows
CREATE VIEW "all-three.complement>" AS SELECT customer_id FROM counted WHERE sets < 3;

CREATE VIEW film_buyers AS
SELECT DISTINCT i.customer_id FROM invoice AS i JOIN invoice_line AS l ON l.invoice_id = i.invoice_id
WHERE l.track_id IN (SELECT track_id FROM film);
-- 11 rows
CREATE VIEW "only>" AS
SELECT customer_id FROM american WHERE company IS NULL AND customer_id NOT IN (SELECT customer_id FROM film_buyers);
-- 17 rows
CREATE VIEW "only.complement>" AS
SELECT customer_id, CASE WHEN company IS NOT NULL THEN 'firms' ELSE 'Film tracks' END AS excluded_by
FROM american WHERE company IS NOT NULL OR customer_id IN (SELECT customer_id FROM film_buyers);

-- Of rows with the same value one stays.
CREATE VIEW initials AS
SELECT SUBSTR(last_name, 1, 1) AS initial, MIN(CASE WHEN company IS NOT NULL THEN customer_id END) AS as_firm,
    MIN(CASE WHEN support_rep_id = 3 THEN customer_id END) AS as_jane
FROM customer GROUP BY SUBSTR(last_name, 1, 1);
-- 7 rows
CREATE VIEW "letters>" AS SELECT as_firm AS customer_id FROM initials WHERE as_firm IS NOT NULL AND as_jane IS NOT NULL;
-- 8 rows
CREATE VIEW "letters.complement>" AS
SELECT COALESCE(as_firm, as_jane) AS customer_id FROM initials WHERE (as_firm IS NULL) <> (as_jane IS NULL);

CREATE VIEW by_chance AS
SELECT *, ROW_NUMBER() OVER (PARTITION BY country ORDER BY CHANCE('chance', customer_id)) AS place FROM either;
-- 6 rows
CREATE VIEW "chance>" AS SELECT customer_id FROM by_chance WHERE place = 1;
-- 23 rows
CREATE VIEW "chance.complement>" AS
SELECT b.customer_id, k.customer_id AS kept_1
FROM by_chance AS b JOIN by_chance AS k ON k.country = b.country AND k.place = 1 WHERE b.place > 1;

CREATE VIEW by_choice AS
SELECT *, ROW_NUMBER() OVER (PARTITION BY support_rep_id ORDER BY
    company IS NULL, CASE country WHEN 'Canada' THEN 1 WHEN 'USA' THEN 2 ELSE 3 END, city DESC, customer_id
) AS place FROM either;
-- 9 rows
CREATE VIEW "chosen>" AS SELECT customer_id FROM by_choice WHERE place <= 3;
-- 20 rows
CREATE VIEW "chosen.complement>" AS
SELECT b.customer_id, k.customer_id AS kept_1
FROM by_choice AS b JOIN by_choice AS k ON k.support_rep_id = b.support_rep_id AND k.place = 1 WHERE b.place > 3;

-- 29 rows
CREATE VIEW "cities>" AS SELECT customer_id FROM either;
-- 0 rows
CREATE VIEW "cities.complement>" AS SELECT customer_id, 0 AS kept_1 FROM either WHERE FALSE;
-- 11 rows
CREATE VIEW "spaced>" AS SELECT MIN(customer_id) AS customer_id FROM either GROUP BY LOWER(company);

-- A per cent with a rule is of the rows that the rule finds.
-- 4 rows
CREATE VIEW "parts.third>" AS
SELECT customer_id FROM (
    SELECT customer_id FROM either WHERE country = 'USA' ORDER BY city, customer_id
    LIMIT (SELECT ROUND(COUNT(*) * 0.33) FROM either WHERE country = 'USA')
);
-- 0 rows
CREATE VIEW "parts.none>after-none" AS SELECT customer_id FROM either WHERE country = 'Nowhere';
-- 9 rows
CREATE VIEW "parts.rest>" AS
SELECT customer_id FROM either WHERE mark = 'f' AND customer_id NOT IN (SELECT customer_id FROM "parts.third>");
-- 16 rows
CREATE VIEW "parts.complement>" AS
SELECT customer_id FROM either WHERE mark = 'a' AND customer_id NOT IN (SELECT customer_id FROM "parts.third>");

-- 29 rows
CREATE VIEW "way.many>many" AS SELECT customer_id FROM either;
-- 29 rows
CREATE VIEW "many>merged" AS SELECT customer_id FROM either;
-- 29 rows
CREATE VIEW "merged>" AS SELECT customer_id, letter, mark, company AS firm FROM either;
