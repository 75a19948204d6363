CREATE TEMPORARY TABLE "temp"."complement_shared_1" AS
SELECT
  "p"."_t1",
  CASE
    WHEN (
      NULLIF(BATUTA_LOWER("recipient"."email"), '') IS NULL
    )
    THEN 1
    ELSE ROW_NUMBER() OVER (
      PARTITION BY NULLIF(BATUTA_LOWER("recipient"."email"), '')
      ORDER BY "recipient"."created_at" DESC, "p"."_t1" ASC
    )
  END AS "_place",
  CASE
    WHEN (
      NULLIF(BATUTA_LOWER("recipient"."email"), '') IS NULL
    )
    THEN "p"."_t1"
    ELSE FIRST_VALUE("p"."_t1") OVER (
      PARTITION BY NULLIF(BATUTA_LOWER("recipient"."email"), '')
      ORDER BY "recipient"."created_at" DESC, "p"."_t1" ASC
    )
  END AS "kept_1"
FROM "work"."people.main" AS "p"
LEFT JOIN "data"."recipient" AS "recipient"
  ON (
    "recipient"."id" = "p"."_t1"
  );
CREATE TABLE "work"."main" AS
SELECT
  "g"."_t1"
FROM "temp"."complement_shared_1" AS "g"
WHERE
  "g"."_place" <= 1;
CREATE TABLE "work"."complement" AS
SELECT
  "g_2"."_t1",
  "g_2"."kept_1"
FROM "temp"."complement_shared_1" AS "g_2"
WHERE
  "g_2"."_place" > 1;
DROP TABLE "temp"."complement_shared_1";
