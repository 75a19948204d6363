CREATE TABLE `work`.`main` AS
SELECT
  `p`.`_t1`
FROM `work`.`people.main` AS `p`
WHERE
  (
    (
      NOT EXISTS(
        SELECT
          1
        FROM `work`.`more.main` AS `x`
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
        FROM `work`.`orders.main` AS `x_2`
        LEFT JOIN `data`.`order` AS `order`
          ON (
            `order`.`id` = `x_2`.`_t1`
          )
        WHERE
          (
            `order`.`recipient_id` = `p`.`_t1`
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
        FROM `work`.`more.main` AS `x_3`
        WHERE
          (
            `x_3`.`_t1` = `p_2`.`_t1`
          )
      )
      THEN 'More'
      WHEN EXISTS(
        SELECT
          1
        FROM `work`.`orders.main` AS `x_4`
        LEFT JOIN `data`.`order` AS `order_2`
          ON (
            `order_2`.`id` = `x_4`.`_t1`
          )
        WHERE
          (
            `order_2`.`recipient_id` = `p_2`.`_t1`
          )
      )
      THEN 'Orders'
    END AS `excluded_by`
  FROM `work`.`people.main` AS `p_2`
) AS `e`
WHERE
  (
    NOT `e`.`excluded_by` IS NULL
  );
