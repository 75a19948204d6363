-- The same campaign as one query: what is left when nobody wants to see the steps.

CREATE TABLE outcome AS
WITH reachable AS MATERIALIZED (
    SELECT id, email, created_at FROM data.data.recipients WHERE email <> ''
), buyers AS MATERIALIZED (
    SELECT recipient_id AS id FROM data.data.orders WHERE status = 'paid' GROUP BY recipient_id HAVING sum(total) >= 100
), kitchen AS MATERIALIZED (
    SELECT id, email, created_at FROM data.data.recipients
    WHERE id IN (
        SELECT orders.recipient_id
        FROM data.data.orders
        JOIN data.data.order_lines ON order_lines.order_id = orders.id
        JOIN data.data.products ON products.id = order_lines.product_id
        WHERE products.category = 'kitchen' AND order_lines.quantity >= 2
    )
), loyal AS MATERIALIZED (
    SELECT * FROM reachable
    SEMI JOIN buyers USING (id)
    ANTI JOIN (SELECT recipient_id AS id FROM data.data.loyalty_accounts WHERE points < 50) AS low_points USING (id)
), wanted AS MATERIALIZED (
    SELECT * FROM loyal UNION ALL SELECT * FROM kitchen ANTI JOIN loyal USING (id)
), repeated AS (
    SELECT lower(email) AS address FROM wanted WHERE email <> '' GROUP BY lower(email) HAVING count(*) > 1
), once AS MATERIALIZED (
    SELECT id FROM wanted ANTI JOIN repeated ON lower(email) = address
    UNION ALL
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY lower(email) ORDER BY created_at DESC NULLS LAST, id) AS place
        FROM wanted SEMI JOIN repeated ON lower(email) = address
    )
    WHERE place = 1
), ranked AS MATERIALIZED (
    SELECT recipient_id, id, total, ordered_at, status,
        row_number() OVER (PARTITION BY recipient_id ORDER BY ordered_at DESC NULLS LAST, id) AS place
    FROM data.data.orders SEMI JOIN once ON once.id = recipient_id
), figures AS (
    SELECT recipient_id AS id,
        [
            {'id': max(id) FILTER (place = 1), 'total': max(total) FILTER (place = 1), 'ordered_at': max(ordered_at) FILTER (place = 1)},
            {'id': max(id) FILTER (place = 2), 'total': max(total) FILTER (place = 2), 'ordered_at': max(ordered_at) FILTER (place = 2)},
            {'id': max(id) FILTER (place = 3), 'total': max(total) FILTER (place = 3), 'ordered_at': max(ordered_at) FILTER (place = 3)}
        ][:least(count(*), 3)] AS orders,
        sum(total) FILTER (WHERE status = 'paid') AS spent, count(*) AS order_count
    FROM ranked GROUP BY recipient_id
), with_orders AS MATERIALIZED (
    SELECT once.id, orders, coalesce(order_count, 0) AS order_count, coalesce(spent, 0) AS spent,
        row_number() OVER (PARTITION BY coalesce(spent, 0) >= 1000 ORDER BY md5('bench:' || once.id), once.id) AS place,
        count(*) OVER () AS everybody
    FROM once LEFT JOIN figures USING (id)
)
SELECT * EXCLUDE (place, everybody),
    CASE WHEN spent >= 1000 THEN 'best' WHEN place <= round(everybody * 0.1) THEN 'comparison' ELSE 'others' END AS segment
FROM with_orders;

CREATE TABLE data.audience.best_customers AS
SELECT id FROM outcome WHERE segment = 'best';
