CREATE VIEW germans AS SELECT customer_id FROM customer WHERE country = 'Germany';
CREATE VIEW norse AS SELECT customer_id FROM customer WHERE country IN ('Norway', 'Sweden', 'Denmark', 'Finland');
CREATE VIEW nobody AS SELECT customer_id FROM customer WHERE country = 'Nowhere';

-- 0 rows
CREATE VIEW "nobody>ended" AS SELECT * FROM nobody;
-- 0 rows
CREATE VIEW "nobody>goes-on" AS SELECT * FROM nobody;
-- 0 rows
CREATE VIEW "nobody>activated" AS SELECT * FROM nobody;
-- 0 rows
CREATE VIEW "nobody>gate" AS SELECT * FROM nobody;
-- Nobody goes on, and what follows does not run.
-- 0 rows
CREATE VIEW "ended>after-ended" AS SELECT * FROM nobody;
-- 0 rows
CREATE VIEW "ended>without-ended" AS SELECT * FROM nobody;
-- 0 rows
CREATE VIEW "ended>joined" AS SELECT * FROM nobody;
-- 0 rows
CREATE VIEW "goes-on>" AS SELECT * FROM nobody;

-- 4 rows
CREATE VIEW "germans>without-ended" AS SELECT * FROM germans;
-- 4 rows
CREATE VIEW "germans>activated" AS SELECT * FROM germans;
-- 4 rows
CREATE VIEW "germans>gate" AS SELECT * FROM germans;
-- 4 rows
CREATE VIEW "germans>off" AS SELECT * FROM germans;
-- 4 rows
CREATE VIEW "germans>either" AS SELECT * FROM germans;
-- 4 rows
CREATE VIEW "germans>fine" AS SELECT * FROM germans;
-- 4 rows
CREATE VIEW "germans>held" AS SELECT * FROM germans;
-- 4 rows
CREATE VIEW "norse>activated" AS SELECT * FROM norse;
-- 4 rows
CREATE VIEW "norse>gate" AS SELECT * FROM norse;
-- 4 rows
CREATE VIEW "norse>not-many" AS SELECT * FROM norse;
-- 4 rows
CREATE VIEW "norse>joined" AS SELECT * FROM norse;
-- 4 rows
CREATE VIEW "norse>failing" AS SELECT * FROM norse;

-- A path that ended empty counts as empty.
-- 4 rows
CREATE VIEW "without-ended>" AS SELECT * FROM germans;

-- As many Germans as Norse, fewer than ten: the second branch is taken, the first counts as empty.
-- 4 rows
CREATE VIEW "gate>enough" AS SELECT * FROM germans;
-- 4 rows
CREATE VIEW "enough.some>some" AS SELECT * FROM germans;
-- 4 rows
CREATE VIEW "some>" AS SELECT * FROM germans;
-- 4 rows
CREATE VIEW "not-many>" AS SELECT * FROM norse;

-- 25 days back from 15 January there is an invoice, from 18 January there is none.
-- 1 row
CREATE VIEW "recent>three-days" AS SELECT customer_id FROM invoice WHERE invoice_date >= '2025-12-21';
-- 1 row
CREATE VIEW "three-days>later" AS SELECT customer_id FROM invoice WHERE invoice_date >= '2025-12-21';
-- 0 rows
CREATE VIEW "later>friday" AS SELECT customer_id FROM invoice WHERE invoice_date >= '2025-12-24';
-- 0 rows
CREATE VIEW "friday>told" AS SELECT * FROM "later>friday";
-- 0 rows
CREATE VIEW "told>joined" AS SELECT * FROM "later>friday";

-- 4 rows
CREATE VIEW "joined>" AS SELECT * FROM norse;
-- 3 rows
CREATE VIEW "afterwards>" AS SELECT employee_id FROM employee WHERE LOWER(title) LIKE '%manager%';

-- The union goes on without the disabled path.
-- 4 rows
CREATE VIEW "either>" AS SELECT * FROM germans;

-- 4 rows
CREATE VIEW "failing.error>mended" AS SELECT * FROM norse;
-- 4 rows
CREATE VIEW "mended>letters" AS SELECT * FROM norse;
-- 4 rows
CREATE VIEW "letters.sent>" AS SELECT * FROM norse;
-- 0 rows
CREATE VIEW "letters.excluded>" AS SELECT * FROM nobody;
-- 0 rows
CREATE VIEW "letters.failed>" AS SELECT * FROM nobody;
-- 0 rows
CREATE VIEW "letters.holdout>" AS SELECT * FROM nobody;
-- 0 rows
CREATE VIEW "letters.in-doubt>" AS SELECT * FROM nobody;
CREATE VIEW "mails of letters" AS
SELECT email, 'letters: Sorry', '<p>' || first_name || '</p>' FROM customer JOIN norse USING (customer_id);

-- 1 row
CREATE VIEW "fine>" AS SELECT MIN(customer_id) AS customer_id FROM germans;
-- 3 rows
CREATE VIEW "fine.complement>" AS
SELECT customer_id, 2 AS kept_1 FROM germans WHERE customer_id <> 2;

-- 4 rows
CREATE VIEW "held>" AS SELECT * FROM germans;
