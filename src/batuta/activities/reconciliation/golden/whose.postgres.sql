CREATE TEMPORARY TABLE "temp"."complement_shared_1" AS
SELECT
  "r_2"."_n",
  "r_2"."_k1"
FROM (
  SELECT
    "r"."_n",
    "r"."_k1",
    ROW_NUMBER() OVER (PARTITION BY "r"."_n" ORDER BY "r"."_k1" ASC) AS "_place"
  FROM (
    SELECT
      "h"."_n",
      "t"."_k1"
    FROM (
      SELECT
        "p"."_n",
        NULLIF(BTRIM(BATUTA_FOLD("p"."mail"), ' 	
 '), '') AS "_v1"
      FROM "work"."load.main" AS "p"
    ) AS "h"
    JOIN (
      SELECT
        "recipient"."id" AS "_k1",
        NULLIF(BTRIM(BATUTA_FOLD("recipient"."email"), ' 	
 '), '') AS "_v1"
      FROM "data"."recipient" AS "recipient"
      WHERE
        "recipient"."vip"
    ) AS "t"
      ON (
        "t"."_v1" = "h"."_v1"
      )
  ) AS "r"
) AS "r_2"
WHERE
  (
    "r_2"."_place" = 1
  );
CREATE TABLE "work"."main" AS
SELECT
  "m"."_k1" AS "_t1",
  "p_2"."_n",
  "p_2"."mail"
FROM "work"."load.main" AS "p_2"
JOIN "temp"."complement_shared_1" AS "m"
  ON (
    "m"."_n" = "p_2"."_n"
  );
CREATE TABLE "work"."complement" AS
SELECT
  "p_3"."_n",
  "p_3"."mail"
FROM "work"."load.main" AS "p_3"
WHERE
  (
    NOT EXISTS(
      SELECT
        1
      FROM (
        SELECT
          *
        FROM "temp"."complement_shared_1" AS "p_4"
      ) AS "q"
      WHERE
        (
          "q"."_n" = "p_3"."_n"
        )
    )
  );
DROP TABLE "temp"."complement_shared_1";
