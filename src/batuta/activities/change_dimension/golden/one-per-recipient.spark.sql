CREATE TABLE `work`.`main` AS
SELECT
  `r_2`.`_t1`,
  `r_2`.`note`
FROM (
  SELECT
    `r`.`_t1`,
    `r`.`note`,
    ROW_NUMBER() OVER (PARTITION BY `r`.`_t1` ORDER BY `r`.`_o_t1` ASC NULLS LAST) AS `_place`
  FROM (
    SELECT
      `recipient`.`id` AS `_t1`,
      `p`.`note`,
      `p`.`_t1` AS `_o_t1`
    FROM `work`.`orders.main` AS `p`
    LEFT JOIN `data`.`order` AS `order`
      ON (
        `order`.`id` = `p`.`_t1`
      )
    JOIN `data`.`recipient` AS `recipient`
      ON (
        `order`.`recipient_id` = `recipient`.`id`
      )
  ) AS `r`
) AS `r_2`
WHERE
  (
    `r_2`.`_place` = 1
  );
