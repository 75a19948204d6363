SELECT
    product AS id,
    'P' || lpad(product::VARCHAR, 6, '0') AS sku,
    pick(product, 91, ['Élan', 'Nordlys', 'Café', 'Größe 1', 'Plain', 'Señor', 'Œuvre', 'Łąka', 'Harvest', 'Été', 'Brise', 'Smörgås']) || ' '
        || pick(product, 92, ['kettle', 'lamp', 'blanket', 'cup', 'chair', 'notebook', 'scarf', 'clock', 'vase', 'bowl', 'rug', 'teapot']) AS name,
    CASE WHEN happens(product, 93, 100) THEN NULL
        ELSE pick(product, 94, ['kitchen', 'light', 'textiles', 'furniture', 'paper', 'garden', 'gifts']) END AS category,
    price_of(product) AS price,
    (price_of(product) * (100 + 5 * below(product, 95, 5)) / 100)::DECIMAL(10, 2) AS former_price,
    below(product, 96, 12) > 0 AS in_stock,
    -- What has no price yet came in of late.
    CASE WHEN happens(product, 97, 1500) OR price_of(product) = 0 THEN closing_day() - 1 - below(product, 98, 14)
        WHEN happens(product, 99, 3000) THEN closing_day() - 15 - below(product, 98, 300) END AS restocked_on
FROM (SELECT range + 1 AS product FROM range(products()))
