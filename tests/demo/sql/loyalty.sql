-- Has an address, bought for at least 100, loyalty points not under 50.
CREATE TABLE reachable AS SELECT id FROM recipients WHERE email <> '';
CREATE TABLE buyers AS
SELECT recipients.id FROM recipients JOIN orders ON recipient_id = recipients.id
WHERE status = 'paid' GROUP BY ALL HAVING sum(total) >= 100;
CREATE TABLE low AS SELECT id FROM recipients JOIN loyalty_accounts ON recipient_id = id WHERE points < 50;
CREATE TABLE reachable_buyers AS FROM reachable INTERSECT FROM buyers;
CREATE TABLE one_of_two AS (FROM reachable EXCEPT FROM buyers) UNION (FROM buyers EXCEPT FROM reachable);
CREATE TABLE loyal AS FROM reachable_buyers EXCEPT FROM low;
CREATE TABLE left_out AS FROM reachable_buyers INTERSECT FROM low;

CREATE TABLE letters AS SELECT id, email AS address, false AS broken FROM loyal JOIN recipients USING (id);
CREATE TABLE thanked AS FROM judged('letters', 'offers', false, true, 'loyalty', 'thanks', twentieth());

CREATE TABLE expected AS
FROM people('reachable.main', 'reachable')
UNION ALL FROM people('buyers.main', 'buyers')
UNION ALL FROM people('low-points.main', 'low')
UNION ALL FROM people('both.main', 'reachable_buyers')
UNION ALL FROM people('both.complement', 'one_of_two')
UNION ALL FROM people('loyal.main', 'loyal')
UNION ALL FROM people('loyal.complement', 'left_out')
UNION ALL FROM people('keep.main', 'loyal')
UNION ALL FROM fates('thanks', 'thanked');
CREATE TABLE told AS FROM reasons('thanks', 'thanked');
