WITH person AS (SELECT range + 1 AS id, household_of(range + 1) AS household FROM range(getvariable('recipients')))
SELECT
    id,
    CASE WHEN NOT happens(id, 60, 800) THEN household END AS household_id,
    CASE WHEN happens(id, 61, 100) THEN '' WHEN happens(id, 62, 100) THEN NULL ELSE first_name_of(id, household) END AS first_name,
    CASE WHEN NOT happens(id, 63, 50) THEN family_of(household) END AS last_name,
    CASE WHEN happens(id, 64, 700) THEN NULL WHEN happens(id, 65, 100) THEN 'x'
        WHEN below(id, 5, 2) = 0 THEN 'f' ELSE 'm' END AS gender,
    email_of(id, household) AS email,
    CASE WHEN happens(id, 66, 1500) THEN NULL WHEN happens(id, 67, 300) THEN '' WHEN happens(id, 68, 100) THEN 'n/a'
        ELSE city_of(household).dial || ' ' || (1000000 + below(id, 69, 9000000)) END AS phone,
    CASE WHEN happens(id, 70, 200) THEN NULL WHEN happens(id, 71, 200) THEN ''
        WHEN happens(id, 72, 100) THEN upper(language_of(household)) ELSE language_of(household) END AS language,
    city_of(household).country AS country,
    CASE WHEN happens(id, 73, 150) THEN '' WHEN happens(id, 74, 100) THEN upper(city_of(household).city)
        ELSE city_of(household).city END AS city,
    city_of(household).zip || lpad(below(household, 52, 100)::VARCHAR, 2, '0') AS zip,
    CASE WHEN NOT happens(id, 75, 500) THEN city_of(household).zone END AS time_zone,
    CASE WHEN happens(id, 76, 1000) THEN NULL
        WHEN happens(id, 77, 40) THEN make_date(1932 + 4 * below(id, 78, 19), 2, 29)
        WHEN happens(id, 79, 30) THEN DATE '1900-01-01'
        WHEN happens(id, 80, 10) THEN closing_day() + 1 + below(id, 81, 4000)
        ELSE DATE '1930-01-01' + below(id, 82, 29000) END AS birth_date,
    to_timestamp(1435708800 + (fraction(id, 83) * 347155200)::BIGINT) AS created_at
FROM person
ORDER BY id
