CREATE TABLE "work"."main" AS
SELECT
  "p"."_t1"
FROM (
  SELECT
    "recipient"."id" AS "_t1"
  FROM "data"."recipient" AS "recipient"
  WHERE
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
              (
                "m"."_at" > CAST('2026-02-22 12:00:00' AS TIMESTAMP)
              )
              OR (
                "m"."_window" IN (4, 5)
              )
            )
        )
      ),
      FALSE
    )
  );
