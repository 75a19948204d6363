WITH asked AS (
    SELECT range + 1 AS id, 'offers' AS communication_type, below(range + 1, 200, 100) AS answer
    FROM range(getvariable('recipients'))
    UNION ALL
    SELECT range + 1, 'reminders', below(range + 1, 201, 100) FROM range(getvariable('recipients'))
    UNION ALL
    SELECT range + 1, '*', 75 FROM range(getvariable('recipients')) WHERE happens(range + 1, 202, 100)
)
SELECT
    id,
    'email' AS channel,
    communication_type,
    CASE WHEN answer < 70 THEN 'in' WHEN answer < 78 THEN 'out' ELSE 'pending' END AS state,
    to_timestamp(1688169600 + (fraction(id, 203) * 94608000)::BIGINT) AS time,
    pick(id, 204, ['web', 'store', 'checkout', NULL]) AS source,
    CASE WHEN happens(id, 205, 5000) THEN 'form-' || id END AS proof
FROM asked
WHERE answer < 82
ORDER BY id, communication_type
