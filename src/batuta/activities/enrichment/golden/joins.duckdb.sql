CREATE TABLE "work"."main" AS
SELECT
  "p"."_t1",
  ROW_NUMBER() OVER (PARTITION BY "p"."_t1" ORDER BY "j_2"."_k1" ASC) AS "_n",
  "p"."prospect_score",
  CAST("j_2"."_a1" AS DECIMAL(18, 4)) AS "order_total"
FROM (
  SELECT
    "p_2"."_t1",
    CAST("j"."_a1" AS BIGINT) AS "prospect_score"
  FROM "work"."people.main" AS "p_2"
  LEFT JOIN (
    SELECT
      "r_2"."_t1",
      "r_2"."_a1"
    FROM (
      SELECT
        "r"."_t1",
        "r"."_a1",
        ROW_NUMBER() OVER (PARTITION BY "r"."_t1" ORDER BY "r"."_k1" ASC) AS "_place"
      FROM (
        SELECT
          "h"."_t1",
          "t"."_k1",
          "t"."_a1"
        FROM (
          SELECT
            "p_3"."_t1",
            NULLIF(TRIM(BATUTA_FOLD("recipient"."email"), ' 	
 '), '') AS "_v1"
          FROM "work"."people.main" AS "p_3"
          LEFT JOIN "data"."recipient" AS "recipient"
            ON (
              "recipient"."id" = "p_3"."_t1"
            )
        ) AS "h"
        JOIN (
          SELECT
            "prospect"."code" AS "_k1",
            "prospect"."score" AS "_a1",
            NULLIF(TRIM(BATUTA_FOLD("prospect"."mail"), ' 	
 '), '') AS "_v1"
          FROM "data"."prospect" AS "prospect"
          WHERE
            (
              "prospect"."score" > 3
            )
        ) AS "t"
          ON (
            "t"."_v1" = "h"."_v1"
          )
      ) AS "r"
    ) AS "r_2"
    WHERE
      (
        "r_2"."_place" = 1
      )
  ) AS "j"
    ON (
      "j"."_t1" = "p_2"."_t1"
    )
) AS "p"
LEFT JOIN (
  SELECT
    "x"."_t1" AS "_k1",
    "order"."total" AS "_a1",
    "order"."recipient_id" AS "_v1"
  FROM "work"."orders.main" AS "x"
  LEFT JOIN "data"."order" AS "order"
    ON (
      "order"."id" = "x"."_t1"
    )
) AS "j_2"
  ON (
    "j_2"."_v1" = "p"."_t1"
  );
