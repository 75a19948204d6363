CREATE TABLE "work"."main" AS
SELECT
  "person"."id" AS "_t1"
FROM "data"."person" AS "person"
WHERE
  (
    EXISTS(
      SELECT
        1
      FROM "data"."order" AS "order"
      WHERE
        (
          (
            BATUTA_FOLD("order"."status") = 'paid'
          )
          AND (
            "order"."person_id" = "person"."id"
          )
        )
    )
    AND EXISTS(
      SELECT
        1
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
          (
            BATUTA_FOLD("line"."article") = 'pen'
          )
          AND (
            "order_2"."person_id" = "person"."id"
          )
        )
    )
  );
