SELECT
    id,
    CASE WHEN happens(id, 140, 100) THEN getvariable('recipients') + 1 + below(id, 141, 1000) ELSE owner_of(id, 142) END AS recipient_id,
    pick(id, 145, ['Birthday', 'Wedding', 'Noël', 'Später', 'Für Mama', 'Home', 'Deseos', '']) AS name,
    CASE WHEN happens(id, 146, 6000) THEN NULL WHEN happens(id, 147, 400) THEN 'list' || id
        ELSE 'list' || id || '@' || pick(id, 148, ['example.com', 'example.org', 'elsewhere.example']) END AS notify_email,
    happens(id, 149, 8000) AS is_open,
    closing_day()::TIMESTAMP - to_seconds(1 + (fraction(id, 150) * 63072000)::BIGINT) AS created_at
FROM (SELECT range + 1 AS id FROM range(getvariable('recipients') // 3))
