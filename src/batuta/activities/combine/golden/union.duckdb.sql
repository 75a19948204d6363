CREATE TABLE "work"."main" AS
SELECT
  "u"."_t1"
FROM (
  SELECT
    "p"."_t1"
  FROM "work"."people.main" AS "p"
  UNION ALL
  SELECT
    "p_2"."_t1"
  FROM "work"."more.main" AS "p_2"
) AS "u"
GROUP BY
  "u"."_t1";
