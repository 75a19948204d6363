CREATE TEMPORARY VIEW `a_shared_1` AS
SELECT
  `s_2`.`_t1`,
  COALESCE(`s_2`.`_w0`, FALSE) AS `_in0`,
  COALESCE(`s_2`.`_r1` <= (
    (
      `s_2`.`_all` * 2 + 4
    ) DIV 8
  ), FALSE) AS `_in1`
FROM (
  SELECT
    *,
    ROW_NUMBER() OVER (ORDER BY `s`.`_hash` ASC NULLS LAST, `s`.`_t1` ASC NULLS LAST) AS `_r1`
  FROM (
    SELECT
      `p`.`_t1`,
      COALESCE(COALESCE((
        `person`.`points`
      ) > (
        CAST(9 AS BIGINT)
      ), FALSE), FALSE) AS `_w0`,
      MD5('seed:' || CAST(`p`.`_t1` AS STRING)) AS `_hash`,
      COUNT(*) OVER () AS `_all`
    FROM `work`.`one` AS `p`
    LEFT JOIN `data`.`person` AS `person`
      ON (
        `person`.`id` = `p`.`_t1`
      )
  ) AS `s`
) AS `s_2`;
CREATE TABLE `work`.`a` AS
SELECT
  `d`.`_t1`
FROM `a_shared_1` AS `d`
WHERE
  `d`.`_in0`;
CREATE TABLE `work`.`b` AS
SELECT
  `d_2`.`_t1`
FROM `a_shared_1` AS `d_2`
WHERE
  `d_2`.`_in1`;
CREATE TABLE `work`.`rest` AS
SELECT
  `d_3`.`_t1`
FROM `a_shared_1` AS `d_3`
WHERE
  (
    NOT COALESCE((
      `d_3`.`_in0` OR `d_3`.`_in1`
    ), FALSE)
  );
DROP TABLE `a_shared_1`;
