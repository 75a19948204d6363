CREATE TABLE `work`.`main` AS
SELECT
  `u`.`_t1`
FROM (
  SELECT
    `p`.`_t1`
  FROM `work`.`people.main` AS `p`
  UNION ALL
  SELECT
    `p_2`.`_t1`
  FROM `work`.`more.main` AS `p_2`
  WHERE
    (
      NOT EXISTS(
        SELECT
          1
        FROM `work`.`people.main` AS `q`
        WHERE
          (
            `q`.`_t1` = `p_2`.`_t1`
          )
      )
    )
) AS `u`;
