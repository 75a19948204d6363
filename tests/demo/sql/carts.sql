-- Left a cart or ended a subscription, and no order since; the first three of them are gone when the mail is due.
CREATE TABLE abandoned AS
SELECT DISTINCT recipients.id FROM recipients JOIN carts ON recipient_id = recipients.id WHERE status = 'abandoned';
CREATE TABLE ended AS
SELECT DISTINCT recipients.id FROM recipients JOIN subscriptions ON recipient_id = recipients.id
WHERE ended_on BETWEEN '2026-04-01' AND '2026-06-30';
CREATE TABLE recent AS
SELECT DISTINCT recipients.id FROM recipients JOIN orders ON recipient_id = recipients.id WHERE ordered_at >= '2026-06-15';
CREATE TABLE either AS FROM abandoned UNION FROM ended;
CREATE TABLE quiet AS FROM either EXCEPT FROM recent;
CREATE TABLE gone AS FROM quiet ORDER BY id LIMIT 3;

CREATE TABLE letters AS
SELECT id, email AS address, false AS broken FROM quiet JOIN recipients USING (id) ANTI JOIN gone USING (id);
CREATE TABLE written_to AS
SELECT id, reason FROM judged('letters', '', false, true, 'carts', 'letter', '')
UNION ALL SELECT id, 'no-longer-in-the-data' FROM gone;

CREATE TABLE expected AS
FROM people('abandoned.main', 'abandoned')
UNION ALL FROM people('ended.main', 'ended')
UNION ALL FROM people('recent.main', 'recent')
UNION ALL FROM people('either.main', 'either')
UNION ALL FROM people('quiet.main', 'quiet')
UNION ALL FROM people('asked.first', 'gone')
UNION ALL FROM people('forget.main', 'gone')
UNION ALL FROM people('forgotten.main', 'quiet')
UNION ALL FROM fates('letter', 'written_to');
CREATE TABLE told AS FROM reasons('letter', 'written_to');
