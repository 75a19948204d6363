SELECT
    id,
    format('WI-{:07d}', id) AS reference,
    CASE WHEN happens(id, 160, 20) THEN NULL
        ELSE 1 + (fraction(id, 161) * fraction(id, 161) * (getvariable('recipients') // 3))::BIGINT % (getvariable('recipients') // 3) END AS wish_list_id,
    CASE WHEN NOT happens(id, 162, 50) THEN product_of(id) END AS product_id,
    CASE WHEN NOT happens(id, 163, 100) THEN closing_day()::TIMESTAMP - to_seconds(1 + (fraction(id, 164) * 63072000)::BIGINT) END AS added_at,
    1 + below(id, 165, 3) AS wanted,
    happens(id, 166, 3500) AS bought
FROM (SELECT range + 1 AS id FROM range(getvariable('recipients')))
