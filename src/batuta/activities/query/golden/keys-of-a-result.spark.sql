CREATE TABLE `work`.`main` AS
SELECT
  `r_2`.`_t1`,
  `r_2`.`points`
FROM (
  SELECT
    `r`.`_t1`,
    `r`.`points`,
    ROW_NUMBER() OVER (PARTITION BY `r`.`_t1` ORDER BY `r`.`_o_n` ASC NULLS LAST) AS `_place`
  FROM (
    SELECT
      `recipient`.`id` AS `_t1`,
      CAST(`p`.`points` AS BIGINT) AS `points`,
      `p`.`_n` AS `_o_n`
    FROM `work`.`fetched` AS `p`
    JOIN `data`.`recipient` AS `recipient`
      ON (
        `recipient`.`id` = `p`.`id`
      )
  ) AS `r`
) AS `r_2`
WHERE
  (
    `r_2`.`_place` = 1
  );
