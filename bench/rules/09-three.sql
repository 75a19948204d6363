SELECT count(*) FROM recipients JOIN (
    SELECT recipient_id FROM orders
    JOIN order_lines ON order_lines.order_id = orders.id
    JOIN products ON products.id = order_lines.product_id
    GROUP BY recipient_id
    HAVING count(DISTINCT nullif(category, '')) >= 3 AND sum(price) > 100
) AS figures ON figures.recipient_id = recipients.id
