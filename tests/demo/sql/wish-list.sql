-- People with open wishes, one per address, their three latest wishes; one in ten hears nothing.
CREATE TABLE open_wishes AS
SELECT recipients.id, former_price, row_number() OVER (
    PARTITION BY recipients.id ORDER BY added_at DESC NULLS LAST, item.id
) AS place
FROM wish_list_items AS item
JOIN wish_lists AS list ON list.id = item.wish_list_id
JOIN recipients ON recipients.id = list.recipient_id
LEFT JOIN products ON products.id = item.product_id
WHERE NOT bought AND is_open;
CREATE TABLE wishers AS SELECT DISTINCT id FROM open_wishes;
CREATE TABLE ranked AS
SELECT id, row_number() OVER (
    PARTITION BY coalesce(nullif(lower(trim(email)), ''), 'nobody''s ' || id) ORDER BY created_at DESC, id
) AS place
FROM wishers JOIN recipients USING (id);
CREATE TABLE once AS SELECT id FROM ranked WHERE place = 1;
CREATE TABLE twins AS SELECT id FROM ranked WHERE place > 1;
CREATE TABLE comparison AS SELECT id FROM once WHERE chance('wish-list', 'groups', id) < tenth();
CREATE TABLE rest AS FROM once EXCEPT FROM comparison;

-- What a wish cost before is divided by: nothing, if it cost nothing or is not known.
CREATE TABLE indivisible AS SELECT DISTINCT id FROM open_wishes WHERE place <= 3 AND coalesce(former_price, 0) = 0;
CREATE TABLE letters AS SELECT id, email AS address, id IN (FROM indivisible) AS broken FROM rest JOIN recipients USING (id);
CREATE TABLE reminded AS FROM judged('letters', 'reminders', true, true, 'wish-list', 'reminder', '');

CREATE TABLE expected AS
FROM people('wishers.main', 'wishers')
UNION ALL FROM people('once.main', 'once')
UNION ALL FROM people('once.complement', 'twins')
UNION ALL FROM people('wishes.main', 'once')
UNION ALL FROM people('groups.comparison', 'comparison')
UNION ALL FROM people('groups.complement', 'rest')
UNION ALL FROM fates('reminder', 'reminded');
CREATE TABLE told AS FROM reasons('reminder', 'reminded');
