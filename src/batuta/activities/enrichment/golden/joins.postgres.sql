CREATE TABLE "work"."main" AS
SELECT
  "p"."_t1",
  ROW_NUMBER() OVER (PARTITION BY "p"."_t1" ORDER BY "j_3"."_k1" ASC) AS "_n",
  "p"."prospect_score",
  "p"."home_city",
  CAST("j_3"."_a1" AS DECIMAL(18, 4)) AS "order_total"
FROM (
  SELECT
    "p_2"."_t1",
    CAST("j"."_a1" AS BIGINT) AS "prospect_score",
    CAST("j_2"."_a1" AS TEXT) AS "home_city"
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
            NULLIF(BTRIM(BATUTA_FOLD("recipient_2"."email"), ' 	
 '), '') AS "_v1"
          FROM "work"."people.main" AS "p_3"
          LEFT JOIN "data"."recipient" AS "recipient_2"
            ON (
              "recipient_2"."id" = "p_3"."_t1"
            )
        ) AS "h"
        JOIN (
          SELECT
            "prospect"."code" AS "_k1",
            "prospect"."score" AS "_a1",
            NULLIF(BTRIM(BATUTA_FOLD("prospect"."mail"), ' 	
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
  LEFT JOIN "data"."recipient" AS "recipient"
    ON (
      "recipient"."id" = "p_2"."_t1"
    )
  LEFT JOIN (
    SELECT
      "household_2"."id" AS "_k1",
      "household_2"."city" AS "_a1",
      "g_2"."_v1"
    FROM "data"."household" AS "household_2"
    JOIN (
      SELECT
        "g"."_v1",
        MIN("g"."_k1") AS "_k1"
      FROM (
        SELECT
          "household"."id" AS "_k1",
          NULLIF("household"."city", '') AS "_v1"
        FROM "data"."household" AS "household"
      ) AS "g"
      GROUP BY
        "g"."_v1"
    ) AS "g_2"
      ON (
        "household_2"."id" = "g_2"."_k1"
      )
  ) AS "j_2"
    ON (
      "j_2"."_v1" = NULLIF("recipient"."country", '')
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
) AS "j_3"
  ON (
    "j_3"."_v1" = "p"."_t1"
  );
