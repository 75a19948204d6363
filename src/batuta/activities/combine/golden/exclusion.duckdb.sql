CREATE TABLE "work"."main" AS
SELECT
  "p"."_t1"
FROM "work"."people.main" AS "p"
WHERE
  (
    (
      NOT COALESCE(
        (
          "p"."_t1" IN (
            SELECT
              "x"."_t1"
            FROM "work"."more.main" AS "x"
          )
        ),
        FALSE
      )
    )
    AND (
      NOT COALESCE(
        (
          "p"."_t1" IN (
            SELECT
              "order"."recipient_id"
            FROM "work"."orders.main" AS "x_2"
            LEFT JOIN "data"."order" AS "order"
              ON (
                "order"."id" = "x_2"."_t1"
              )
          )
        ),
        FALSE
      )
    )
  );
CREATE TABLE "work"."complement" AS
SELECT
  "e"."_t1",
  "e"."excluded_by"
FROM (
  SELECT
    "p_2"."_t1",
    CASE
      WHEN (
        "p_2"."_t1" IN (
          SELECT
            "x_3"."_t1"
          FROM "work"."more.main" AS "x_3"
        )
      )
      THEN 'More'
      WHEN (
        "p_2"."_t1" IN (
          SELECT
            "order_2"."recipient_id"
          FROM "work"."orders.main" AS "x_4"
          LEFT JOIN "data"."order" AS "order_2"
            ON (
              "order_2"."id" = "x_4"."_t1"
            )
        )
      )
      THEN 'Orders'
    END AS "excluded_by"
  FROM "work"."people.main" AS "p_2"
) AS "e"
WHERE
  (
    NOT "e"."excluded_by" IS NULL
  );
