-- Who bought at least twice.
CREATE TABLE customers AS
SELECT recipients.id FROM recipients JOIN orders ON recipient_id = recipients.id
WHERE status = 'paid' AND ordered_at < '2026-07-01' GROUP BY ALL HAVING count(*) >= 2;

CREATE TABLE expected AS
FROM people('customers.main', 'customers')
UNION ALL FROM people('last-order.main', 'customers')
UNION ALL FROM people('keep.main', 'customers');
CREATE TABLE told (activity VARCHAR, reason VARCHAR, messages BIGINT);
