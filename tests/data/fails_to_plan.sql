SELECT
  "r_4"."_t1",
  "r_4"."_t2",
  "r_4"."rank"
FROM (
  SELECT
    "r_3"."_t1",
    "r_3"."_t2",
    "r_3"."rank",
    ROW_NUMBER() OVER (PARTITION BY "r_3"."_t1", "r_3"."_t2" ORDER BY "r_3"."_o_t1" ASC) AS "_place"
  FROM (
    SELECT
      "order"."shop" AS "_t1",
      "order"."number" AS "_t2",
      "p"."rank",
      "p"."_t1" AS "_o_t1"
    FROM (
      SELECT
        "r_2"."_t1",
        "r_2"."rank"
      FROM (
        SELECT
          "r"."_t1",
          "r"."rank",
          ROW_NUMBER() OVER (PARTITION BY "r"."_t1" ORDER BY "r"."_o_t1" ASC) AS "_place"
        FROM (
          SELECT
            "person_2"."id" AS "_t1",
            CAST("country"."size" AS BIGINT) AS "rank",
            "p_2"."_t1" AS "_o_t1"
          FROM (
            SELECT
              "person"."id" AS "_t1",
              CAST(LOWER("person"."city") AS TEXT) AS "note",
              CAST("person"."city" AS TEXT) AS "town"
            FROM "data"."person" AS "person"
            WHERE
              (
                COALESCE(LOWER("person"."city"), '') = ''
              )
          ) AS "p_2"
          LEFT JOIN "data"."person" AS "person_3"
            ON (
              "person_3"."id" = "p_2"."_t1"
            )
          LEFT JOIN "data"."country" AS "country"
            ON (
              (
                "person_3"."country_code" = "country"."code"
              )
              AND (
                "country"."code" <> ''
              )
            )
          JOIN "data"."person" AS "person_2"
            ON (
              "person_2"."id" = "person_3"."points"
            )
        ) AS "r"
      ) AS "r_2"
      WHERE
        (
          "r_2"."_place" = 1
        )
    ) AS "p"
    JOIN "data"."order" AS "order"
      ON (
        "p"."_t1" = "order"."person_id"
      )
  ) AS "r_3"
) AS "r_4"
WHERE
  (
    "r_4"."_place" = 1
  )
