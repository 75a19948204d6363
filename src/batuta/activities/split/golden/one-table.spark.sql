CREATE TABLE `work`.`main` AS
SELECT
  `d`.`_t1`,
  CAST(CASE WHEN (
    `d`.`_segment` = 0
  ) THEN 'half' END AS STRING) AS `segment`
FROM (
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
          MD5('616413db27a42615:' || CAST(`p`.`_t1` AS STRING)) AS `_hash`,
          COUNT(*) OVER () AS `_all`
        FROM `work`.`people.main` AS `p`
      ) AS `s`
    ) AS `s_2`
  ) AS `s_3`
) AS `d`;
