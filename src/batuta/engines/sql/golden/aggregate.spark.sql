CREATE TABLE `work`.`main` AS
SELECT
  `person`.`id` AS `_t1`
FROM `data`.`person` AS `person`
LEFT JOIN (
  SELECT
    `order`.`person_id` AS `k1`,
    COUNT(*) AS `figure_1`
  FROM `data`.`order` AS `order`
  WHERE
    (
      `order`.`total` > 15
    )
  GROUP BY
    `order`.`person_id`
) AS `t`
  ON (
    `t`.`k1` = `person`.`id`
  )
WHERE
  (
    COALESCE(`t`.`figure_1`, 0) < 3
  );
CREATE TABLE `work`.`narrowed` AS
SELECT
  `p`.`_t1`
FROM `work`.`one` AS `p`
LEFT JOIN (
  SELECT
    `order_2`.`person_id` AS `k1`,
    COUNT(*) AS `figure_1`
  FROM `data`.`order` AS `order_2`
  WHERE
    (
      EXISTS(
        SELECT
          1
        FROM `work`.`one` AS `p_2`
        WHERE
          (
            `p_2`.`_t1` = `order_2`.`person_id`
          )
      )
      AND (
        `order_2`.`total` > 15
      )
    )
  GROUP BY
    `order_2`.`person_id`
) AS `t_2`
  ON (
    `t_2`.`k1` = `p`.`_t1`
  )
WHERE
  (
    COALESCE(`t_2`.`figure_1`, 0) < 3
  );
