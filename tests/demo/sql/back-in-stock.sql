-- Open wishes whose product came back, with those who made them: a message for each, to the address of its list.
CREATE TABLE wishes AS
SELECT item.id, recipients.id AS wisher, coalesce(notify_email, email) AS address, former_price = 0 AS broken
FROM wish_list_items AS item
JOIN products ON products.id = product_id
JOIN wish_lists AS list ON list.id = wish_list_id
LEFT JOIN recipients ON recipients.id = recipient_id
WHERE in_stock AND restocked_on BETWEEN '2026-06-17' AND '2026-06-30' AND is_open AND NOT bought;
CREATE TABLE of_nobody AS SELECT id FROM wishes WHERE wisher IS NULL;
CREATE TABLE letters AS SELECT wisher AS id, address, broken FROM wishes WHERE wisher IS NOT NULL;
CREATE TABLE informed AS FROM judged('letters', 'back-in-stock', false, false, 'back-in-stock', 'news', twentieth());

CREATE TABLE expected AS
FROM people('wishes.main', 'wishes')
UNION ALL FROM people('wishers.main', 'letters')
UNION ALL FROM people('wishers.complement', 'of_nobody')
UNION ALL FROM fates('news', 'informed');
CREATE TABLE told AS FROM reasons('news', 'informed');
