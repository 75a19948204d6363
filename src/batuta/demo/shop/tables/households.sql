SELECT
    household AS id,
    CASE WHEN happens(household, 50, 200) THEN '' ELSE family_of(household) || ' ' || (1 + below(household, 51, 180)) END AS address,
    city_of(household).zip || lpad(below(household, 52, 100)::VARCHAR, 2, '0') AS zip,
    city_of(household).city AS city,
    city_of(household).country AS country
FROM (SELECT range + 1 AS household FROM range(((getvariable('recipients') + 3) // 4) * 2))
