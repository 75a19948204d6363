-- What was ordered. Two orders in a row share four lines: one and three, two and two, or three and one.
CREATE MACRO pairs() AS (getvariable('recipients') * 3 + 1) // 2;
CREATE MACRO first_lines(pair) AS 1 + below(pair, 20, 3);
CREATE MACRO product_of(line) AS 1 + (fraction(line, 21) * fraction(line, 26) * products())::BIGINT % products();
CREATE MACRO quantity_of(line) AS CASE WHEN happens(line, 22, 7000) THEN 1 ELSE 1 + below(line, 23, 5) END;
CREATE MACRO share_paid(line) AS CASE WHEN happens(line, 24, 2500) THEN 80 ELSE 100 END;
CREATE MACRO unit_price(product, share) AS (getvariable('prices')[product] * share / 100)::DECIMAL(10, 2);
SET VARIABLE prices = (SELECT list(price_of(range + 1) ORDER BY range) FROM range(products()));

-- Orders come in the order of time, over three years; the last of them on the closing day.
CREATE MACRO ordered_at(order_id) AS closing_day()::TIMESTAMP
    - to_seconds(((1 - order_id / (pairs() * 2.0)) * 94608000)::BIGINT + below(order_id, 25, 3600));
