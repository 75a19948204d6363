SELECT
    id AS recipient_id,
    CASE WHEN happens(id, 100, 300) THEN NULL WHEN happens(id, 101, 1500) THEN 0
        ELSE (fraction(id, 102) * fraction(id, 102) * 1200)::INTEGER END AS points,
    pick(id, 103, ['blue', 'blue', 'blue', 'silver', 'silver', 'gold']) AS tier,
    DATE '2016-01-01' + below(id, 104, 3800) AS joined_on
FROM (
    SELECT range + 1 AS id FROM range(getvariable('recipients')) WHERE happens(range + 1, 105, 6500)
    UNION ALL
    SELECT getvariable('recipients') + 1 + range FROM range(greatest(getvariable('recipients') // 1000, 1))
)
ORDER BY id
