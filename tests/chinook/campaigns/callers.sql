-- The tables call (line, mail, surname, land, minutes, at) and desk (line, number, place, hours, day) hold what the files say.
CREATE VIEW mailed AS
SELECT l.*, (SELECT MIN(customer_id) FROM customer WHERE FOLD(email) = FOLD(STRIP(l.mail)) AND STRIP(l.mail) <> '') AS found
FROM call AS l;

CREATE VIEW named AS
SELECT l.*, (
    SELECT MIN(customer_id) FROM customer WHERE FOLD(last_name) = FOLD(l.surname) AND country = l.land
) AS found
FROM call AS l;

CREATE VIEW settled AS
SELECT l.*, (
    SELECT MIN(c.customer_id) FROM customer AS c JOIN employee AS e ON e.employee_id = c.support_rep_id
    WHERE c.country = l.land AND e.first_name = 'Jane'
) AS found
FROM call AS l;

-- 21 rows
CREATE VIEW "calls>by-mail" AS SELECT line, mail, surname, land, minutes, at FROM call;
-- 21 rows
CREATE VIEW "calls>by-name" AS SELECT line FROM call;
-- 21 rows
CREATE VIEW "calls>by-country" AS SELECT line FROM call;
-- 21 rows
CREATE VIEW "calls>by-rule" AS SELECT line FROM call;
-- 21 rows
CREATE VIEW "calls>once" AS SELECT line FROM call;
-- 21 rows
CREATE VIEW "calls>long" AS SELECT line FROM call;
-- 21 rows
CREATE VIEW "calls>silent" AS SELECT line FROM call;
-- 21 rows
CREATE VIEW "calls>joined" AS SELECT line FROM call;

-- 17 rows
CREATE VIEW "by-mail>either" AS SELECT found AS customer_id, line, mail, minutes FROM mailed WHERE found IS NOT NULL;
-- 17 rows
CREATE VIEW "by-mail>both" AS SELECT * FROM "by-mail>either";
-- 17 rows
CREATE VIEW "by-mail>only-mail" AS SELECT * FROM "by-mail>either";
-- 17 rows
CREATE VIEW "by-mail>agents" AS SELECT * FROM "by-mail>either";
-- 4 rows
CREATE VIEW "by-mail.complement>" AS SELECT line, mail FROM mailed WHERE found IS NULL;

-- 15 rows
CREATE VIEW "by-name>either" AS SELECT found AS customer_id, line, mail, minutes FROM named WHERE found IS NOT NULL;
-- 15 rows
CREATE VIEW "by-name>both" AS SELECT * FROM "by-name>either";
-- 15 rows
CREATE VIEW "by-name>only-mail" AS SELECT * FROM "by-name>either";

-- Lines that are nobody's stay, without a target.
-- 21 rows
CREATE VIEW "by-country>write" AS SELECT found AS customer_id, line, land, minutes FROM settled;

-- 12 rows
CREATE VIEW "by-rule>" AS
SELECT c.customer_id, l.line FROM call AS l JOIN customer AS c ON LOWER(c.email) = LOWER(l.mail);
-- 9 rows
CREATE VIEW "by-rule.complement>" AS SELECT line FROM call WHERE line NOT IN (SELECT line FROM "by-rule>");

-- Lines with nothing in the field count as distinct.
CREATE VIEW counted AS
SELECT *, ROW_NUMBER() OVER (
    PARTITION BY COALESCE(NULLIF(STRIP(LOWER(mail)), ''), line) ORDER BY minutes DESC NULLS LAST, line
) AS place FROM call;

-- 17 rows
CREATE VIEW "once>" AS SELECT line, mail FROM counted WHERE place = 1;
-- 4 rows
CREATE VIEW "once.complement>" AS
SELECT c.line, k.line AS kept_1 FROM counted AS c JOIN counted AS k ON STRIP(LOWER(k.mail)) = STRIP(LOWER(c.mail)) AND k.place = 1
WHERE c.place > 1;

-- 7 rows
CREATE VIEW "long.long>" AS SELECT line, minutes FROM call WHERE minutes > 9;
-- 14 rows
CREATE VIEW "long.complement>" AS SELECT line FROM call WHERE minutes <= 9 OR minutes IS NULL;

-- Both know the line, so a row is the same if person and line are.
-- 21 rows
CREATE VIEW "either>" AS
SELECT customer_id, line FROM "by-mail>either" UNION SELECT customer_id, line FROM "by-name>either";
-- 11 rows
CREATE VIEW "both>" AS
SELECT customer_id, line FROM "by-mail>either" INTERSECT SELECT customer_id, line FROM "by-name>either";
-- 10 rows
CREATE VIEW "both.complement>" AS SELECT * FROM "either>" EXCEPT SELECT * FROM "both>";
-- 6 rows
CREATE VIEW "only-mail>" AS
SELECT customer_id, line FROM "by-mail>either" EXCEPT SELECT customer_id, line FROM "by-name>either";
-- 11 rows
CREATE VIEW "only-mail.complement>" AS SELECT customer_id, line, 'By surname in any spelling and country as it is written' AS excluded_by FROM "both>";

-- 10 rows
CREATE VIEW "agents>" AS
SELECT DISTINCT c.support_rep_id AS employee_id, c.customer_id AS "customer.customer_id"
FROM "by-mail>either" AS m JOIN customer AS c ON c.customer_id = m.customer_id;

-- 5 rows
CREATE VIEW "quiet>silent" AS SELECT customer_id FROM customer WHERE country = 'Brazil';
-- 5 rows
CREATE VIEW "quiet>joined" AS SELECT customer_id FROM customer WHERE country = 'Brazil';

-- Pairs compare as it is written.
-- 3 rows
CREATE VIEW "silent>" AS
SELECT customer_id FROM customer WHERE country = 'Brazil' AND email NOT IN (SELECT mail FROM call WHERE mail IS NOT NULL);

-- 13 rows
CREATE VIEW "joined>" AS
SELECT customer_id FROM customer
WHERE country = 'Brazil' OR email IN (SELECT LOWER(STRIP(mail)) FROM call WHERE STRIP(mail) <> '');

-- Two lines may be about one person, who is written to once: about the first.
CREATE VIEW first_lines AS SELECT *, ROW_NUMBER() OVER (PARTITION BY found ORDER BY line) AS place FROM settled;

-- 6 rows
CREATE VIEW "write.sent>" AS
SELECT found AS customer_id, line, land FROM first_lines WHERE found IS NOT NULL AND place = 1;
-- 8 rows
CREATE VIEW "write.excluded>" AS SELECT found AS customer_id, line, 'no-target' AS reason FROM settled WHERE found IS NULL;
-- 0 rows
CREATE VIEW "write.failed>" AS SELECT customer_id, 0 AS line FROM customer WHERE FALSE;
-- 0 rows
CREATE VIEW "write.holdout>" AS SELECT * FROM "write.failed>";
-- 0 rows
CREATE VIEW "write.in-doubt>" AS SELECT * FROM "write.failed>";
CREATE VIEW "mails of write" AS
SELECT c.email, 'write: ' || f.land, '<p>' || COALESCE(f.minutes, '') || '</p>'
FROM first_lines AS f JOIN customer AS c ON c.customer_id = f.found WHERE f.place = 1;

-- 5 rows
CREATE VIEW "desk>staff" AS SELECT line, number, place, hours, day FROM desk;
-- 4 rows
CREATE VIEW "staff>" AS
SELECT e.employee_id, d.line, d.hours, d.day FROM desk AS d JOIN employee AS e ON e.employee_id = d.number;
-- 1 row
CREATE VIEW "staff.complement>" AS SELECT line, number FROM desk WHERE number NOT IN (SELECT employee_id FROM employee);
