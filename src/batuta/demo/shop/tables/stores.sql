SELECT
    range + 1 AS id,
    city_of(range * 3 + 1).city || ' ' || (range + 1) AS name,
    city_of(range * 3 + 1).city AS city,
    city_of(range * 3 + 1).country AS country,
    city_of(range * 3 + 1).zone AS time_zone,
    DATE '1998-01-01' + below(range, 90, 9500) AS opened_on
FROM range(stores())
