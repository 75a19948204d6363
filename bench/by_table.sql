-- The campaign of bench/campaign.yaml as a person would write it: a table for each output, keys and computed columns.

CREATE TABLE reachable AS
SELECT id FROM data.data.recipients WHERE email <> '';

CREATE TABLE buyers AS
SELECT id FROM data.data.recipients
WHERE id IN (
    SELECT recipient_id FROM data.data.orders WHERE status = 'paid' GROUP BY recipient_id HAVING sum(total) >= 100
);

CREATE TABLE low_points AS
SELECT id FROM data.data.recipients
WHERE id IN (SELECT recipient_id FROM data.data.loyalty_accounts WHERE points < 50);

CREATE TABLE kitchen AS
SELECT id FROM data.data.recipients
WHERE id IN (
    SELECT orders.recipient_id
    FROM data.data.orders
    JOIN data.data.order_lines ON order_lines.order_id = orders.id
    JOIN data.data.products ON products.id = order_lines.product_id
    WHERE products.category = 'kitchen' AND order_lines.quantity >= 2
);

CREATE TABLE reachable_buyers AS
SELECT id FROM reachable SEMI JOIN buyers USING (id);

CREATE TABLE loyal AS
SELECT id FROM reachable_buyers ANTI JOIN low_points USING (id);

CREATE TABLE wanted AS
SELECT id FROM loyal
UNION ALL
SELECT id FROM kitchen ANTI JOIN loyal USING (id);

CREATE TABLE once AS
WITH addressed AS MATERIALIZED (
    SELECT wanted.id, lower(email) AS address, created_at FROM wanted JOIN data.data.recipients USING (id)
), repeated AS (
    SELECT address FROM addressed WHERE address <> '' GROUP BY address HAVING count(*) > 1
)
SELECT id FROM addressed ANTI JOIN repeated USING (address)
UNION ALL
SELECT id FROM (
    SELECT id, row_number() OVER (PARTITION BY address ORDER BY created_at DESC NULLS LAST, id) AS place
    FROM addressed SEMI JOIN repeated USING (address)
)
WHERE place = 1;

CREATE TABLE with_orders AS
WITH ranked AS (
    SELECT recipient_id, id, total, ordered_at, status,
        row_number() OVER (PARTITION BY recipient_id ORDER BY ordered_at DESC NULLS LAST, id) AS place
    FROM data.data.orders SEMI JOIN once ON once.id = recipient_id
), figures AS (
    SELECT recipient_id,
        max(id) FILTER (place = 1) AS orders_1_id, max(total) FILTER (place = 1) AS orders_1_total,
        max(ordered_at) FILTER (place = 1) AS orders_1_ordered_at,
        max(id) FILTER (place = 2) AS orders_2_id, max(total) FILTER (place = 2) AS orders_2_total,
        max(ordered_at) FILTER (place = 2) AS orders_2_ordered_at,
        max(id) FILTER (place = 3) AS orders_3_id, max(total) FILTER (place = 3) AS orders_3_total,
        max(ordered_at) FILTER (place = 3) AS orders_3_ordered_at,
        sum(total) FILTER (WHERE status = 'paid') AS spent, count(*) AS order_count
    FROM ranked GROUP BY recipient_id
)
SELECT once.id, figures.* EXCLUDE (recipient_id, spent, order_count),
    [
        {'id': orders_1_id, 'total': orders_1_total, 'ordered_at': orders_1_ordered_at},
        {'id': orders_2_id, 'total': orders_2_total, 'ordered_at': orders_2_ordered_at},
        {'id': orders_3_id, 'total': orders_3_total, 'ordered_at': orders_3_ordered_at}
    ][:least(coalesce(order_count, 0), 3)] AS orders,
    coalesce(order_count, 0) AS order_count, coalesce(spent, 0) AS spent
FROM once
LEFT JOIN figures ON figures.recipient_id = once.id;

CREATE TABLE best AS
SELECT * FROM with_orders WHERE spent >= 1000;

CREATE TABLE comparison AS
SELECT with_orders.* FROM with_orders JOIN (
    SELECT id, row_number() OVER (ORDER BY md5('bench:' || id), id) AS place
    FROM with_orders ANTI JOIN best USING (id)
) AS drawn USING (id)
WHERE place <= (SELECT round(count(*) * 0.1) FROM with_orders);

CREATE TABLE others AS
SELECT * FROM with_orders ANTI JOIN best USING (id) ANTI JOIN comparison USING (id);

CREATE TABLE data.audience.best_customers AS
SELECT id FROM best;
