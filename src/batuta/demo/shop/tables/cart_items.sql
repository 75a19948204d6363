SELECT
    1 + range // 2 AS cart_id,
    1 + range % 2 AS place,
    product_of(range + 1) AS product_id,
    quantity_of(range + 1) AS quantity
FROM range(getvariable('recipients') // 20 * 2)
WHERE range % 2 = 0 OR happens(range, 180, 6000)
