SELECT count(*) FROM recipients
LEFT JOIN loyalty_accounts ON loyalty_accounts.recipient_id = recipients.id
LEFT JOIN households ON households.id = recipients.household_id
LEFT JOIN (
    SELECT recipient_id, sum(total) AS spent FROM orders WHERE status = 'paid' GROUP BY recipient_id
) AS paid ON paid.recipient_id = recipients.id
WHERE (points > 100 OR households.country = 'FR' OR spent > 500)
AND ends_with(_folded_email, '@example.com')
AND birth_date IS NOT NULL
AND recipients.id IN (SELECT recipient_id FROM orders JOIN order_lines ON order_lines.order_id = orders.id WHERE quantity >= 2)
AND coalesce(recipients.country, '') <> 'SE'
AND gender IS DISTINCT FROM 'x'
AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.recipient_id = recipients.id AND status = 'returned')
