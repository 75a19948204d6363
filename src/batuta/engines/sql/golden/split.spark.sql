CREATE TEMPORARY VIEW `half_shared_1` AS
SELECT
  `s_5`.`_t1`,
  `s_5`.`_g1` AS `_segment`
FROM (
  SELECT
    *,
    CASE
      WHEN (
        NOT `s_4`.`_g0` IS NULL
      )
      THEN `s_4`.`_g0`
      WHEN `s_4`.`_r1` <= (
        (
          `s_4`.`_all` * 2 + 2
        ) DIV 4
      )
      THEN 1
      WHEN `s_4`.`_r1` <= (
        (
          `s_4`.`_all` * 1666 + 1000
        ) DIV 2000
      )
      THEN 2
    END AS `_g1`
  FROM (
    SELECT
      *,
      ROW_NUMBER() OVER (
        PARTITION BY (
          `s_3`.`_g0` IS NULL
        )
        ORDER BY `s_3`.`_hash` ASC NULLS LAST, `s_3`.`_t1` ASC NULLS LAST
      ) AS `_r1`
    FROM (
      SELECT
        *,
        CASE WHEN (
          `s_2`.`_w0` AND `s_2`.`_r0` <= 100
        ) THEN 0 END AS `_g0`
      FROM (
        SELECT
          *,
          ROW_NUMBER() OVER (PARTITION BY `s`.`_w0` ORDER BY `s`.`_o0_0` DESC, `s`.`_t1` ASC NULLS LAST) AS `_r0`
        FROM (
          SELECT
            `p`.`_t1`,
            COALESCE(COALESCE((
              `person`.`points`
            ) > (
              CAST(9 AS BIGINT)
            ), FALSE), FALSE) AS `_w0`,
            `person`.`points` AS `_o0_0`,
            MD5('seed:' || CAST(`p`.`_t1` AS STRING)) AS `_hash`,
            COUNT(*) OVER () AS `_all`
          FROM `work`.`one` AS `p`
          LEFT JOIN `data`.`person` AS `person`
            ON (
              `person`.`id` = `p`.`_t1`
            )
        ) AS `s`
      ) AS `s_2`
    ) AS `s_3`
  ) AS `s_4`
) AS `s_5`;
CREATE TABLE `work`.`rich` AS
SELECT
  `d`.`_t1`
FROM `half_shared_1` AS `d`
WHERE
  (
    `d`.`_segment` = 0
  );
CREATE TABLE `work`.`half` AS
SELECT
  `d_2`.`_t1`
FROM `half_shared_1` AS `d_2`
WHERE
  (
    `d_2`.`_segment` = 1
  );
CREATE TABLE `work`.`third` AS
SELECT
  `d_3`.`_t1`
FROM `half_shared_1` AS `d_3`
WHERE
  (
    `d_3`.`_segment` = 2
  );
CREATE TABLE `work`.`rest` AS
SELECT
  `d_4`.`_t1`
FROM `half_shared_1` AS `d_4`
WHERE
  (
    `d_4`.`_segment` IS NULL
  );
DROP TABLE `half_shared_1`;
