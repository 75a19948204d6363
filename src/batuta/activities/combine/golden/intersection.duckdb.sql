CREATE TEMPORARY TABLE "temp"."complement_shared_1" AS
SELECT
  "p"."_t1"
FROM "work"."people.main" AS "p"
WHERE
  (
    "p"."_t1" IN (
      SELECT
        "q"."_t1"
      FROM "work"."more.main" AS "q"
    )
  );
CREATE TABLE "work"."main" AS
SELECT
  *
FROM "temp"."complement_shared_1" AS "p_2";
CREATE TABLE "work"."complement" AS
SELECT
  "p_3"."_t1"
FROM (
  SELECT
    "u"."_t1"
  FROM (
    SELECT
      "p_4"."_t1"
    FROM "work"."people.main" AS "p_4"
    UNION ALL
    SELECT
      "p_5"."_t1"
    FROM "work"."more.main" AS "p_5"
    WHERE
      (
        NOT COALESCE(
          (
            "p_5"."_t1" IN (
              SELECT
                "q_2"."_t1"
              FROM "work"."people.main" AS "q_2"
            )
          ),
          FALSE
        )
      )
  ) AS "u"
) AS "p_3"
WHERE
  (
    NOT COALESCE(
      (
        "p_3"."_t1" IN (
          SELECT
            "q_3"."_t1"
          FROM "temp"."complement_shared_1" AS "q_3"
        )
      ),
      FALSE
    )
  );
DROP TABLE "temp"."complement_shared_1";
