WITH chosen AS MATERIALIZED (
    SELECT range + 1 AS id FROM range(getvariable('recipients')) WHERE happens(range + 1, 210, 80)
), entries AS MATERIALIZED (
    SELECT
        lower(email_of(id, household_of(id))) AS entry,
        pick(id, 211, ['hard-bounce', 'hard-bounce', 'complaint', 'soft-bounces', 'by-hand']) AS reason,
        CASE WHEN happens(id, 212, 2000) THEN TIMESTAMPTZ '2020-01-01 00:00:00+00' END AS expires_at
    FROM chosen
)
SELECT 'closed.example' AS entry, 'by-hand' AS reason, 'import' AS source, NULL::TIMESTAMPTZ AS expires_at
UNION ALL
SELECT entry, min(reason), 'import', min(expires_at) FROM entries WHERE entry LIKE '%_@_%' GROUP BY entry
ORDER BY entry
