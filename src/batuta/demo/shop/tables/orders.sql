WITH drawn AS (
    SELECT
        range AS pair, first_lines(range) AS cut,
        product_of(range * 4 + 1) AS product_1, quantity_of(range * 4 + 1) AS quantity_1, share_paid(range * 4 + 1) AS share_1,
        product_of(range * 4 + 2) AS product_2, quantity_of(range * 4 + 2) AS quantity_2, share_paid(range * 4 + 2) AS share_2,
        product_of(range * 4 + 3) AS product_3, quantity_of(range * 4 + 3) AS quantity_3, share_paid(range * 4 + 3) AS share_3,
        product_of(range * 4 + 4) AS product_4, quantity_of(range * 4 + 4) AS quantity_4, share_paid(range * 4 + 4) AS share_4
    FROM range(pairs())
), priced AS (
    SELECT
        pair, cut, unnest([1, 2]) AS half,
        unit_price(product_1, share_1) * quantity_1 AS amount_1,
        unit_price(product_2, share_2) * quantity_2 AS amount_2,
        unit_price(product_3, share_3) * quantity_3 AS amount_3,
        unit_price(product_4, share_4) * quantity_4 AS amount_4
    FROM drawn
), summed AS (
    SELECT
        pair * 2 + half AS id,
        CASE half
            WHEN 1 THEN amount_1 + CASE WHEN cut > 1 THEN amount_2 ELSE 0 END + CASE WHEN cut > 2 THEN amount_3 ELSE 0 END
            ELSE amount_4 + CASE WHEN cut < 3 THEN amount_3 ELSE 0 END + CASE WHEN cut < 2 THEN amount_2 ELSE 0 END
        END AS total
    FROM priced
)
SELECT
    id,
    CASE WHEN happens(id, 110, 50) THEN NULL
        WHEN happens(id, 111, 50) THEN getvariable('recipients') + 1 + below(id, 112, 1000)
        ELSE owner_of(id, 113) END AS recipient_id,
    CASE WHEN happens(id, 116, 6000) THEN NULL ELSE 1 + below(id, 117, stores()) END AS store_id,
    CASE WHEN happens(id, 118, 20) THEN NULL
        WHEN happens(id, 119, 10) THEN closing_day()::TIMESTAMP + to_days(1 + below(id, 120, 400))
        WHEN happens(id, 121, 5) THEN TIMESTAMP '1900-01-01 00:00:00'
        ELSE ordered_at(id) END AS ordered_at,
    CASE WHEN happens(id, 122, 400) THEN 'cancelled' WHEN happens(id, 123, 300) THEN 'returned'
        WHEN happens(id, 124, 20) THEN NULL ELSE 'paid' END AS status,
    CASE WHEN happens(id, 124, 20) THEN NULL WHEN happens(id, 125, 20) THEN 0.00 ELSE total END::DECIMAL(10, 2) AS total
FROM summed
