CREATE TABLE `work`.`main` AS
SELECT
  `p`.`_t1`
FROM `work`.`one` AS `p`
WHERE
  (
    (
      NOT EXISTS(
        SELECT
          1
        FROM `work`.`two` AS `x`
        WHERE
          (
            `x`.`_t1` = `p`.`_t1`
          )
      )
    )
    AND (
      NOT EXISTS(
        SELECT
          1
        FROM `work`.`orders` AS `x_2`
        LEFT JOIN `data`.`order` AS `order`
          ON (
            (
              `order`.`shop` = `x_2`.`_t1`
            ) AND (
              `order`.`number` = `x_2`.`_t2`
            )
          )
        WHERE
          (
            `order`.`person_id` = `p`.`_t1`
          )
      )
    )
  );
CREATE TABLE `work`.`complement` AS
SELECT
  `e`.`_t1`,
  `e`.`excluded_by`
FROM (
  SELECT
    `p_2`.`_t1`,
    CASE
      WHEN EXISTS(
        SELECT
          1
        FROM `work`.`two` AS `x_3`
        WHERE
          (
            `x_3`.`_t1` = `p_2`.`_t1`
          )
      )
      THEN 'two'
      WHEN EXISTS(
        SELECT
          1
        FROM `work`.`orders` AS `x_4`
        LEFT JOIN `data`.`order` AS `order_2`
          ON (
            (
              `order_2`.`shop` = `x_4`.`_t1`
            ) AND (
              `order_2`.`number` = `x_4`.`_t2`
            )
          )
        WHERE
          (
            `order_2`.`person_id` = `p_2`.`_t1`
          )
      )
      THEN 'orders'
    END AS `excluded_by`
  FROM `work`.`one` AS `p_2`
) AS `e`
WHERE
  (
    NOT `e`.`excluded_by` IS NULL
  );
