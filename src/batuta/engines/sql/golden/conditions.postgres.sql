CREATE TABLE "work"."main" AS
SELECT
  "person"."id" AS "_t1"
FROM "data"."person" AS "person"
LEFT JOIN "data"."country" AS "country"
  ON (
    (
      "person"."country_code" = "country"."code"
    ) AND (
      "country"."code" <> ''
    )
  )
WHERE
  (
    (
      (
        NOT COALESCE((
          BATUTA_FOLD("person"."city") = 'paris'
        ), FALSE)
      )
      AND (
        "person"."points" < 10
      )
    )
    OR (
      (
        BATUTA_FOLD("country"."name") = 'france'
      )
      AND (
        NOT EXISTS(
          SELECT
            1
          FROM "audience"."Club" AS "audience"
          WHERE
            (
              "audience"."_t1" = "person"."id"
            )
        )
      )
    )
  );
