-- Who bought at least twice, by how much of a year has passed since; one per address, the longest first.
CREATE TABLE customers AS
SELECT recipients.id, email, least(100, 100 * (DATE '2026-07-01' - max(ordered_at)::DATE) // 365) AS risk
FROM recipients JOIN orders ON recipient_id = recipients.id
WHERE status = 'paid' AND ordered_at < '2026-07-01' GROUP BY recipients.id, email HAVING count(*) >= 2;
CREATE TABLE ranked AS
SELECT *, row_number() OVER (
    PARTITION BY coalesce(nullif(lower(trim(email)), ''), 'nobody''s ' || id) ORDER BY risk DESC, id
) AS place
FROM customers;
CREATE TABLE once AS FROM ranked WHERE place = 1;
CREATE TABLE twins AS FROM ranked WHERE place > 1;
CREATE TABLE high AS FROM once WHERE risk = 100;
CREATE TABLE middle AS FROM once WHERE risk BETWEEN 40 AND 99;
CREATE TABLE low AS FROM once WHERE risk < 40;
CREATE TABLE others AS SELECT id, email AS address, false AS broken FROM once WHERE risk < 100;
CREATE TABLE first_mail AS FROM judged('others', 'offers', false, true, 'churn-risk', 'first-mail', '');
CREATE TABLE written_to AS SELECT id, address, broken FROM first_mail WHERE reason IS NULL;
CREATE TABLE came_back AS FROM written_to WHERE id IN (SELECT recipient_id FROM orders WHERE ordered_at >= '2026-07-01');
CREATE TABLE quiet AS FROM written_to EXCEPT FROM came_back;
CREATE TABLE second_mail AS FROM judged('quiet', 'offers', false, true, 'churn-risk', 'second-mail', '');

CREATE TABLE expected AS
FROM people('customers.main', 'customers')
UNION ALL FROM people('once.main', 'once')
UNION ALL FROM people('once.complement', 'twins')
UNION ALL FROM people('levels.high', 'high')
UNION ALL FROM people('levels.middle', 'middle')
UNION ALL FROM people('levels.low', 'low')
UNION ALL FROM people('to-call.main', 'high')
UNION ALL FROM people('tell.main', 'high')
UNION ALL FROM people('others.main', 'others')
UNION ALL FROM fates('first-mail', 'first_mail')
UNION ALL FROM people('three-days.main', 'written_to')
UNION ALL FROM people('since.ordered', 'came_back')
UNION ALL FROM people('since.quiet', 'quiet')
UNION ALL FROM people('all-done.main', 'quiet')
UNION ALL FROM fates('second-mail', 'second_mail');
CREATE TABLE told AS FROM reasons('first-mail', 'first_mail') UNION ALL FROM reasons('second-mail', 'second_mail');
