CREATE TABLE "work"."main" AS
SELECT
  "p"."_t1"
FROM (
  SELECT
    "recipient"."id" AS "_t1"
  FROM "data"."recipient" AS "recipient"
  WHERE
    (
      (
        "recipient"."id" IN (
          SELECT
            "order"."recipient_id"
          FROM "data"."order" AS "order"
          WHERE
            (
              "order"."status" = 'paid'
            )
        )
      )
      AND (
        "recipient"."created_at" <= CAST('2026-03-01 12:00:00' AS TIMESTAMP)
      )
      AND (
        "recipient"."created_at" > CAST('2026-02-28 11:00:00' AS TIMESTAMP)
      )
    )
) AS "p"
WHERE
  (
    NOT COALESCE(
      (
        "p"."_t1" IN (
          SELECT
            "m"."_t1"
          FROM "remembered"."m_welcome" AS "m"
          WHERE
            (
              NOT (
                "m"."_window" IN (3)
              )
            )
        )
      ),
      FALSE
    )
  );
