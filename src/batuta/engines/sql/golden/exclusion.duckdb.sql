CREATE TABLE "work"."main" AS
SELECT
  "p"."_t1"
FROM "work"."one" AS "p"
WHERE
  (
    (
      NOT COALESCE(
        (
          "p"."_t1" IN (
            SELECT
              "x"."_t1"
            FROM "work"."two" AS "x"
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
              "order"."person_id"
            FROM "work"."orders" AS "x_2"
            LEFT JOIN "data"."order" AS "order"
              ON (
                (
                  "order"."shop" = "x_2"."_t1"
                ) AND (
                  "order"."number" = "x_2"."_t2"
                )
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
          FROM "work"."two" AS "x_3"
        )
      )
      THEN 'two'
      WHEN (
        "p_2"."_t1" IN (
          SELECT
            "order_2"."person_id"
          FROM "work"."orders" AS "x_4"
          LEFT JOIN "data"."order" AS "order_2"
            ON (
              (
                "order_2"."shop" = "x_4"."_t1"
              ) AND (
                "order_2"."number" = "x_4"."_t2"
              )
            )
        )
      )
      THEN 'orders'
    END AS "excluded_by"
  FROM "work"."one" AS "p_2"
) AS "e"
WHERE
  (
    NOT "e"."excluded_by" IS NULL
  );
