CREATE TABLE `work`.`main` AS
SELECT
  `p`.`_t1`,
  `p`.`score`,
  CAST(`household`.`city` AS STRING) AS `town`
FROM (
  SELECT
    `a`.`_t1`,
    CAST(`a`.`score` AS BIGINT) AS `score`
  FROM `audience`.`Club` AS `a`
  LEFT JOIN `data`.`recipient` AS `recipient`
    ON (
      `recipient`.`id` = `a`.`_t1`
    )
  WHERE
    (
      NOT `recipient`.`id` IS NULL
    )
) AS `p`
LEFT JOIN `data`.`recipient` AS `recipient_2`
  ON (
    `recipient_2`.`id` = `p`.`_t1`
  )
LEFT JOIN `data`.`household` AS `household`
  ON (
    `recipient_2`.`household_id` = `household`.`id`
  );
