WITH drawn AS (
    SELECT
        range // 4 AS pair, range % 4 AS place, first_lines(range // 4) AS cut, happens(range + 1, 130, 5) AS lost,
        product_of(range + 1) AS product, quantity_of(range + 1) AS quantity, share_paid(range + 1) AS share,
        happens(range + 1, 131, 30) AS unknown
    FROM range(pairs() * 4)
)
SELECT
    pair * 2 + CASE WHEN place < cut THEN 1 ELSE 2 END + CASE WHEN lost THEN pairs() * 2 ELSE 0 END AS order_id,
    (place + 1 - CASE WHEN place < cut THEN 0 ELSE cut END)::INTEGER AS line_number,
    CASE WHEN NOT unknown THEN product END AS product_id,
    quantity,
    unit_price(product, share) AS unit_price
FROM drawn
