CREATE TABLE "work"."main" AS
SELECT
  "person"."id" AS "_t1"
FROM "data"."person" AS "person"
WHERE
  (
    NOT COALESCE(
      (
        "person"."id" IN (
          SELECT
            "order"."person_id"
          FROM "data"."order" AS "order"
        )
      ),
      FALSE
    )
  );
