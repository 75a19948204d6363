-- Who a recipient is, from the number alone, so that any table can name people without reading another.

-- Four people in a row live in two households: sometimes one and three, sometimes all four in one.
CREATE MACRO household_of(id) AS ((id - 1) // 4) * 2 + CASE WHEN (id - 1) % 4 <= below((id - 1) // 4, 1, 4) THEN 1 ELSE 2 END;
CREATE MACRO culture_of(household) AS getvariable('culture_of_hundred')[1 + below(household, 2, 100)];
CREATE MACRO language_of(household) AS getvariable('languages')[1 + culture_of(household)];
CREATE MACRO family_of(household) AS getvariable('families')[1 + culture_of(household) * 16 + below(household, 3, 16)];
CREATE MACRO city_of(household) AS getvariable('cities')[1 + culture_of(household) * 6 + below(household, 4, 6)];
CREATE MACRO first_name_of(id, household) AS CASE WHEN below(id, 5, 2) = 0
    THEN getvariable('women')[1 + culture_of(household) * 12 + below(id, 6, 12)]
    ELSE getvariable('men')[1 + culture_of(household) * 12 + below(id, 6, 12)] END;

-- Three hundred people in ten thousand share an address with two neighbours, each spelling it their way.
CREATE MACRO shares_from(id) AS ((id - 1) // 100) * 100 + 1 + below((id - 1) // 100, 7, 98);
CREATE MACRO shares_address(id) AS id BETWEEN shares_from(id) AND shares_from(id) + 2;

CREATE MACRO domain_of(id) AS CASE
    WHEN happens(id, 8, 200) THEN 'elsewhere.example'
    WHEN happens(id, 9, 60) THEN 'closed.example'
    ELSE pick(id, 10, ['example.com', 'example.com', 'example.net', 'example.org', 'post.example']) END;
CREATE MACRO mailbox_of(id, household) AS CASE WHEN language_of(household) = 'el' THEN 'mail'
    ELSE replace(translate(strip_accents(lower(first_name_of(id, household) || '.' || family_of(household))),
        'łıøßđ '' ', 'liosd'), '..', '.') END || '.' || id;
CREATE MACRO bad_address(id) AS CASE below(id, 11, 9)
    WHEN 0 THEN NULL WHEN 1 THEN NULL WHEN 2 THEN '' WHEN 3 THEN ' '
    WHEN 4 THEN 'mail' || id WHEN 5 THEN 'mail' || id || '@' WHEN 6 THEN '@example.com'
    WHEN 7 THEN 'mail ' || id || '@example.com' ELSE 'mail' || id || '@@example.net' END;
CREATE MACRO email_of(id, household) AS CASE
    WHEN shares_address(id) THEN CASE id - shares_from(id)
        WHEN 0 THEN 'family' || shares_from(id) || '@example.com'
        WHEN 1 THEN 'Family' || shares_from(id) || '@Example.com'
        ELSE 'FAMILY' || shares_from(id) || '@EXAMPLE.COM' END
    WHEN happens(id, 12, 310) THEN bad_address(id)
    ELSE mailbox_of(id, household) || '@' || domain_of(id) END;

-- One person in a hundred is a regular; the regulars hold half of what there is to hold, the first of them most.
CREATE MACRO regulars() AS greatest(getvariable('recipients') // 100, 1);
CREATE MACRO owner_of(n, draw) AS CASE WHEN happens(n, draw, 5050)
    THEN 100 * (fraction(n, draw + 1) * fraction(n, draw + 1) * regulars())::BIGINT % getvariable('recipients') + 7
    ELSE 1 + (fraction(n, draw + 2) * getvariable('recipients'))::BIGINT % getvariable('recipients') END;

-- What a product costs; a handful are listed at nothing.
CREATE MACRO products() AS least(greatest(getvariable('recipients') // 20, 200), 20000);
CREATE MACRO price_of(product) AS CASE WHEN happens(product, 40, 60) THEN 0.00
    ELSE (99 + below(product, 41, 40) * below(product, 42, 100) * 5 + below(product, 43, 10) * 100) / 100 END::DECIMAL(10, 2);
CREATE MACRO stores() AS least(greatest(getvariable('recipients') // 2000, 12), 400);
