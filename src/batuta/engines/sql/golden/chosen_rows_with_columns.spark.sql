CREATE TEMPORARY VIEW `half_shared_1` AS
SELECT
  `s_3`.`_t1`,
  `s_3`.`_g0` AS `_segment`
FROM (
  SELECT
    *,
    CASE WHEN `s_2`.`_r0` <= (
      (
        `s_2`.`_all` * 2 + 2
      ) DIV 4
    ) THEN 0 END AS `_g0`
  FROM (
    SELECT
      *,
      ROW_NUMBER() OVER (ORDER BY `s`.`_hash` ASC NULLS LAST, `s`.`_t1` ASC NULLS LAST) AS `_r0`
    FROM (
      SELECT
        `p`.`_t1`,
        MD5('salt:' || CAST(`p`.`_t1` AS STRING)) AS `_hash`,
        COUNT(*) OVER () AS `_all`
      FROM `work`.`two` AS `p`
    ) AS `s`
  ) AS `s_2`
) AS `s_3`;
CREATE TABLE `work`.`keys_half` AS
SELECT
  `d`.`_t1`
FROM `half_shared_1` AS `d`
WHERE
  (
    `d`.`_segment` = 0
  );
CREATE VIEW `work`.`half` AS
SELECT
  `k`.`_t1`,
  `c`.`score`
FROM `work`.`keys_half` AS `k`
JOIN `work`.`two` AS `c`
  ON (
    `k`.`_t1` = `c`.`_t1`
  );
CREATE TABLE `work`.`keys_rest` AS
SELECT
  `d_2`.`_t1`
FROM `half_shared_1` AS `d_2`
WHERE
  (
    `d_2`.`_segment` IS NULL
  );
CREATE VIEW `work`.`rest` AS
SELECT
  `k`.`_t1`,
  `c`.`score`
FROM `work`.`keys_rest` AS `k`
JOIN `work`.`two` AS `c`
  ON (
    `k`.`_t1` = `c`.`_t1`
  );
DROP TABLE `half_shared_1`;
