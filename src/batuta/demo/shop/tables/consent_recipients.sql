-- In the order of the rows as they are made: sorting them all would take more memory than there is for it.
WITH asked AS (
    SELECT range + 1 AS id, unnest(['*', 'offers', 'reminders', 'back-in-stock']) AS communication_type FROM range(getvariable('recipients'))
), answered AS (
    SELECT *, CASE communication_type WHEN 'offers' THEN below(id, 200, 100) WHEN 'reminders' THEN below(id, 201, 100)
        WHEN 'back-in-stock' THEN CASE WHEN happens(id, 206, 500) THEN 75 ELSE 100 END
        ELSE CASE WHEN happens(id, 202, 100) THEN 75 ELSE 100 END END AS answer
    FROM asked
)
SELECT
    id,
    'email' AS channel,
    communication_type,
    CASE WHEN answer < 70 THEN 'in' WHEN answer < 78 THEN 'out' ELSE 'pending' END AS state,
    to_timestamp(1688169600 + (fraction(id, 203) * 94608000)::BIGINT) AS time,
    pick(id, 204, ['web', 'store', 'checkout', NULL]) AS source,
    CASE WHEN happens(id, 205, 5000) THEN 'form-' || id END AS proof
FROM answered
WHERE answer < 82
