SELECT count(*) FROM recipients
WHERE id IN (SELECT recipient_id FROM orders JOIN order_lines ON order_lines.order_id = orders.id WHERE unit_price > 150)
