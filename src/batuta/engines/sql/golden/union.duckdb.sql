CREATE TABLE "work"."main" AS
SELECT
  "u"."_t1",
  "u"."score"
FROM (
  SELECT
    "p"."_t1",
    CAST(NULL AS BIGINT) AS "score"
  FROM "work"."one" AS "p"
  UNION ALL
  SELECT
    "p_2"."_t1",
    "p_2"."score"
  FROM "work"."two" AS "p_2"
  WHERE
    (
      NOT COALESCE(
        (
          "p_2"."_t1" IN (
            SELECT
              "q"."_t1"
            FROM "work"."one" AS "q"
          )
        ),
        FALSE
      )
    )
) AS "u";
