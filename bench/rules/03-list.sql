SELECT count(*) FROM recipients
WHERE birth_date BETWEEN DATE '1970-01-01' AND DATE '1999-12-31' AND id IN (SELECT 7 * i FROM range(100000) AS keys(i))
