SELECT
    id,
    CASE WHEN happens(id, 170, 2000) THEN NULL ELSE owner_of(id, 171) END AS recipient_id,
    to_timestamp(epoch(closing_day())::BIGINT - 1 - (fraction(id, 174) * 2592000)::BIGINT) AS touched_at,
    pick(id, 175, ['open', 'open', 'abandoned', 'abandoned', 'ordered']) AS status
FROM (SELECT range + 1 AS id FROM range(getvariable('recipients') // 20))
