WITH entries AS (
    SELECT
        lower(email_of(range + 1, household_of(range + 1))) AS entry,
        pick(range + 1, 211, ['hard-bounce', 'hard-bounce', 'complaint', 'soft-bounces', 'by-hand']) AS reason,
        CASE WHEN happens(range + 1, 212, 2000) THEN TIMESTAMPTZ '2020-01-01 00:00:00+00' END AS expires_at
    FROM range(getvariable('recipients'))
    WHERE happens(range + 1, 210, 80)
)
SELECT 'closed.example' AS entry, 'by-hand' AS reason, 'import' AS source, NULL::TIMESTAMPTZ AS expires_at
UNION ALL
SELECT entry, min(reason), 'import', min(expires_at) FROM entries WHERE entry LIKE '%_@_%' GROUP BY entry
ORDER BY entry
