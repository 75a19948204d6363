CREATE TABLE "work"."main" AS
SELECT
  "person"."id" AS "_t1"
FROM "data"."person" AS "person"
WHERE
  (
    (
      "person"."id" IN (
        SELECT
          "order"."person_id"
        FROM "data"."order" AS "order"
        WHERE
          (
            BATUTA_FOLD("order"."status") = 'paid'
          )
      )
    )
    AND (
      "person"."id" IN (
        SELECT
          "order_2"."person_id"
        FROM "data"."order" AS "order_2"
        JOIN "data"."line" AS "line"
          ON (
            (
              "order_2"."shop" = "line"."shop"
            )
            AND (
              "order_2"."number" = "line"."number"
            )
          )
        WHERE
          (
            BATUTA_FOLD("line"."article") = 'pen'
          )
      )
    )
  );
