CREATE TABLE `work`.`main` AS
SELECT
  `d`.`_t1`,
  CAST(CASE
    WHEN (
      `d`.`_segment` = 0
    )
    THEN 'a'
    WHEN (
      `d`.`_segment` = 1
    )
    THEN 'b'
  END AS STRING) AS `segment`
FROM (
  SELECT
    `s_2`.`_t1`,
    `s_2`.`_g0` AS `_segment`
  FROM (
    SELECT
      *,
      CASE
        WHEN `s`.`_hash` < '800000000000'
        THEN 0
        WHEN (
          `s`.`_hash` >= '800000000000' AND `s`.`_hash` < 'c00000000000'
        )
        THEN 1
      END AS `_g0`
    FROM (
      SELECT
        `p`.`_t1`,
        MD5('seed:' || CAST(`p`.`_t1` AS STRING)) AS `_hash`
      FROM `work`.`one` AS `p`
    ) AS `s`
  ) AS `s_2`
) AS `d`;
