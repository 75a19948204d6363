SELECT
    id,
    owner_of(id, 190) AS recipient_id,
    pick(id, 193, ['coffee', 'tea', 'magazine']) AS product,
    DATE '2021-01-01' + below(id, 194, 1900) AS started_on,
    CASE WHEN happens(id, 195, 4000) THEN DATE '2021-01-01' + below(id, 196, 2300) END AS ended_on,
    (5 + below(id, 197, 20))::DECIMAL(10, 2) AS monthly_price
FROM (SELECT range + 1 AS id FROM range(getvariable('recipients') // 4))
