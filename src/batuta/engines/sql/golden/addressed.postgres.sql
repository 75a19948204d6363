CREATE TABLE "work"."main" AS
SELECT
  "m_2"."_t1",
  "m_2"."_address",
  CASE
    WHEN (
      NOT "m_2"."_reason" IS NULL
    )
    THEN "m_2"."_reason"
    WHEN MD5('seed:' || CAST("m_2"."_t1" AS TEXT)) < '199999999999'
    THEN 'holdout'
  END AS "_reason"
FROM (
  SELECT
    "m"."_t1",
    "m"."_address",
    CASE
      WHEN (
        NOT "m"."_reason" IS NULL
      )
      THEN "m"."_reason"
      WHEN (
        (
          NOT "m"."_folded" IS NULL
        )
        AND ROW_NUMBER() OVER (PARTITION BY "m"."_folded", (
          "m"."_reason" IS NULL
        ) ORDER BY "m"."_t1" ASC) > 1
      )
      THEN 'duplicate'
    END AS "_reason"
  FROM (
    SELECT
      "p"."_t1",
      "person"."email" AS "_address",
      NULLIF(BATUTA_FOLD("person"."email"), '') AS "_folded",
      CAST(CASE
        WHEN (
          "person"."id" IS NULL
        )
        THEN 'gone'
        WHEN (
          COALESCE("person"."email", '') = ''
        )
        THEN 'empty'
      END AS TEXT) AS "_reason"
    FROM "work"."one" AS "p"
    LEFT JOIN "data"."person" AS "person"
      ON (
        "person"."id" = "p"."_t1"
      )
  ) AS "m"
) AS "m_2";
