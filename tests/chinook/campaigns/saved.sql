CREATE VIEW spent AS SELECT customer_id, SUM(CAST(ROUND(total * 100) AS INT)) AS cents FROM invoice GROUP BY customer_id;

-- 14 rows
CREATE VIEW "spenders>keep" AS SELECT customer_id FROM spent WHERE cents > 4000;
-- 14 rows
CREATE VIEW "keep>their-agents" AS SELECT customer_id FROM spent WHERE cents > 4000;
-- 14 rows
CREATE VIEW "their-agents>" AS SELECT customer_id FROM spent WHERE cents > 4000;
