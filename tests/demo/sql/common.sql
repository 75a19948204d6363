-- What all campaigns share: how people are counted, and why a message is left out. Written from the manual.
CREATE MACRO people(place, found) AS TABLE
SELECT place AS output, count(*) AS row_count, count(DISTINCT id) AS targets FROM query_table(found);

-- Chance that stays the same: md5 over a seed made of campaign and activity, and the key. Below which hash 5 and 10 % lie:
CREATE MACRO chance(campaign, activity, id) AS md5(left(sha256(campaign || chr(31) || activity), 16) || ':' || id);
CREATE MACRO twentieth() AS '0ccccccccccc';
CREATE MACRO tenth() AS '199999999999';

CREATE TABLE blocked AS SELECT lower(entry) AS entry FROM suppression WHERE expires_at IS NULL OR expires_at > '2026-07-01';

-- The reason of each message of a table (id, address, broken), where `broken` says that it cannot be rendered.
-- Transactional mail has no communication type here: it needs no consent.
CREATE MACRO before_leaving(messages, communication_type, explicit) AS TABLE
SELECT *, lower(split_part(address, '@', 2)) AS domain, CASE
    WHEN coalesce(address, '') = '' THEN 'empty-address'
    WHEN NOT regexp_full_match(address, '[!-?A-~]{1,64}@[^@ .]+([.][^@ .]+)+') THEN 'invalid-address'
    WHEN domain NOT IN ('example.com', 'example.net', 'example.org', 'post.example', 'closed.example') THEN 'not-allowed'
    WHEN lower(address) IN (FROM blocked) OR domain IN (FROM blocked) THEN 'suppressed'
    WHEN communication_type <> '' AND id IN (
        SELECT c.id FROM consent_recipients AS c WHERE c.communication_type IN (communication_type, '*') AND c.state <> 'in'
    ) THEN 'no-consent'
    WHEN explicit AND id NOT IN (
        SELECT c.id FROM consent_recipients AS c WHERE c.communication_type IN (communication_type, '*') AND c.state = 'in'
    ) THEN 'no-consent' END AS early
FROM query_table(messages);

CREATE MACRO judged(messages, communication_type, explicit, once, campaign, activity, held_out) AS TABLE
SELECT *, CASE
    WHEN early IS NOT NULL THEN early
    WHEN once AND row_number() OVER (PARTITION BY lower(address), early IS NULL ORDER BY id) > 1 THEN 'duplicate-address'
    WHEN chance(campaign, activity, id) < held_out THEN 'holdout'
    WHEN broken THEN 'rendering-error' END AS reason
FROM before_leaving(messages, communication_type, explicit);

-- What becomes of the messages of a delivery: its outputs.
CREATE MACRO fates(activity, messages) AS TABLE
SELECT activity || '.' || fate AS output, count(id) AS row_count, count(DISTINCT id) AS targets
FROM unnest(['sent', 'failed', 'excluded', 'holdout', 'in-doubt']) AS possible(fate) LEFT JOIN (
    SELECT id, CASE WHEN reason IS NULL THEN 'sent' WHEN reason = 'holdout' THEN 'holdout' ELSE 'excluded' END AS fate
    FROM query_table(messages)
) USING (fate) GROUP BY fate;

CREATE MACRO reasons(activity, messages) AS TABLE
SELECT activity AS activity, coalesce(reason, 'sent') AS reason, count(*) AS messages FROM query_table(messages) GROUP BY ALL;
