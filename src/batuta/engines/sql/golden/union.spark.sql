CREATE TABLE `work`.`main` AS
SELECT
  `u`.`_t1`,
  `u`.`score`
FROM (
  SELECT
    `p`.`_t1`,
    CASE WHEN (
      NOT `p_2`.`_t1` IS NULL
    ) THEN `p_2`.`score` END AS `score`
  FROM `work`.`one` AS `p`
  LEFT JOIN `work`.`two` AS `p_2`
    ON (
      `p_2`.`_t1` = `p`.`_t1`
    )
  UNION ALL
  SELECT
    `p_3`.`_t1`,
    `p_3`.`score`
  FROM `work`.`two` AS `p_3`
  WHERE
    (
      NOT EXISTS(
        SELECT
          1
        FROM `work`.`one` AS `q`
        WHERE
          (
            `q`.`_t1` = `p_3`.`_t1`
          )
      )
    )
) AS `u`;
