CREATE TABLE customer (
    customer_id INTEGER PRIMARY KEY,
    email       VARCHAR(120),
    first_name  VARCHAR(60),
    country     VARCHAR(60)
);

CREATE TABLE purchase (
    purchase_id  INTEGER PRIMARY KEY,
    customer_id  INTEGER NOT NULL REFERENCES customer (customer_id),
    product      VARCHAR(120) NOT NULL,
    amount       NUMERIC(10, 2) NOT NULL,
    purchased_on DATE NOT NULL
);
