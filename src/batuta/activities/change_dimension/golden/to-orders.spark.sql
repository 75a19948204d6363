CREATE TABLE `work`.`main` AS
SELECT
  `order`.`id` AS `_t1`,
  `p`.`_t1` AS `_s1`
FROM `work`.`people.main` AS `p`
JOIN `data`.`order` AS `order`
  ON (
    `p`.`_t1` = `order`.`recipient_id`
  );
CREATE TABLE `work`.`complement` AS
SELECT
  `p_2`.`_t1`
FROM `work`.`people.main` AS `p_2`
WHERE
  (
    NOT EXISTS(
      SELECT
        1
      FROM `data`.`order` AS `order_2`
      WHERE
        (
          `order_2`.`recipient_id` = `p_2`.`_t1`
        )
    )
  );
