-- A shop: people and their households, what they bought, wish for, left in the cart and subscribed to.
-- PostgreSQL; import it with: batuta schema import examples/shop/schema.sql --dialect postgres

CREATE TYPE gender AS ENUM ('f', 'm', 'x');

CREATE TABLE households (
    id       integer PRIMARY KEY,
    address  varchar(200),
    zip      varchar(12),
    city     varchar(80),
    country  char(2)
);

CREATE TABLE recipients (
    id            integer PRIMARY KEY,
    household_id  integer REFERENCES households (id),
    first_name    varchar(80),
    last_name     varchar(80),
    gender        gender,
    email         varchar(254),
    phone         varchar(40),
    language      varchar(5),
    country       char(2),
    city          varchar(80),
    zip           varchar(12),
    time_zone     varchar(40),
    birth_date    date,
    created_at    timestamp with time zone NOT NULL
);

CREATE TABLE stores (
    id         integer PRIMARY KEY,
    name       varchar(120) NOT NULL,
    city       varchar(80),
    country    char(2),
    time_zone  varchar(40),
    opened_on  date
);

CREATE TABLE products (
    id            integer PRIMARY KEY,
    sku           varchar(20) NOT NULL,
    name          varchar(120) NOT NULL,
    category      varchar(40),
    price         numeric(10, 2) NOT NULL,
    former_price  numeric(10, 2),
    in_stock      boolean NOT NULL,
    restocked_on  date
);

CREATE TABLE loyalty_accounts (
    recipient_id  integer PRIMARY KEY REFERENCES recipients (id),
    points        integer,
    tier          varchar(10) NOT NULL,
    joined_on     date
);

CREATE TABLE orders (
    id            integer PRIMARY KEY,
    recipient_id  integer REFERENCES recipients (id),
    store_id      integer REFERENCES stores (id),
    ordered_at    timestamp,
    status        varchar(12),
    total         numeric(10, 2)
);

CREATE TABLE order_lines (
    order_id     integer NOT NULL REFERENCES orders (id),
    line_number  integer NOT NULL,
    product_id   integer REFERENCES products (id),
    quantity     integer NOT NULL,
    unit_price   numeric(10, 2) NOT NULL,
    PRIMARY KEY (order_id, line_number)
);

CREATE TABLE wish_lists (
    id            integer PRIMARY KEY,
    recipient_id  integer REFERENCES recipients (id),
    name          varchar(80),
    notify_email  varchar(254),
    is_open       boolean NOT NULL,
    created_at    timestamp NOT NULL
);

CREATE TABLE wish_list_items (
    id            integer PRIMARY KEY,
    reference     varchar(20) NOT NULL,
    wish_list_id  integer REFERENCES wish_lists (id),
    product_id    integer REFERENCES products (id),
    added_at      timestamp,
    wanted        integer NOT NULL,
    bought        boolean NOT NULL
);

CREATE TABLE carts (
    id            integer PRIMARY KEY,
    recipient_id  integer REFERENCES recipients (id),
    touched_at    timestamp with time zone,
    status        varchar(12) NOT NULL
);

CREATE TABLE cart_items (
    cart_id     integer NOT NULL REFERENCES carts (id),
    place       integer NOT NULL,
    product_id  integer REFERENCES products (id),
    quantity    integer NOT NULL,
    PRIMARY KEY (cart_id, place)
);

CREATE TABLE subscriptions (
    id             integer PRIMARY KEY,
    recipient_id   integer REFERENCES recipients (id),
    product        varchar(20) NOT NULL,
    started_on     date NOT NULL,
    ended_on       date,
    monthly_price  numeric(10, 2) NOT NULL
);
