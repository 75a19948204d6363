-- The table kept (part, invoice_id) holds the lists of keys that are kept in shares.json.
-- 412 rows
CREATE VIEW "all>shares" AS SELECT invoice_id FROM invoice;
-- 412 rows
CREATE VIEW "all>stable" AS SELECT invoice_id FROM invoice;

-- 206, 123.6 and 82.4 are rounded so that they sum to all.
-- 206 rows
CREATE VIEW "shares.half>" AS SELECT invoice_id FROM kept WHERE part = 'shares.half';
-- 124 rows
CREATE VIEW "shares.third>" AS SELECT invoice_id FROM kept WHERE part = 'shares.third';
-- 82 rows
CREATE VIEW "shares.fifth>" AS SELECT invoice_id FROM kept WHERE part = 'shares.fifth';
-- 0 rows
CREATE VIEW "shares.complement>" AS
SELECT invoice_id FROM invoice WHERE invoice_id NOT IN (SELECT invoice_id FROM kept WHERE part LIKE 'shares%');

-- 190 rows
CREATE VIEW "stable.half>" AS SELECT invoice_id FROM kept WHERE part = 'stable.half';
-- 141 rows
CREATE VIEW "stable.third>" AS SELECT invoice_id FROM kept WHERE part = 'stable.third';
-- 81 rows
CREATE VIEW "stable.fifth>" AS SELECT invoice_id FROM kept WHERE part = 'stable.fifth';
-- 0 rows
CREATE VIEW "stable.complement>" AS
SELECT invoice_id FROM invoice WHERE invoice_id NOT IN (SELECT invoice_id FROM kept WHERE part LIKE 'stable%');
