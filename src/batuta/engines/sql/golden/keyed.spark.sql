CREATE TABLE `work`.`main` AS
SELECT
  `r_2`.`_t1`,
  `r_2`.`status`
FROM (
  SELECT
    `r`.`_t1`,
    `r`.`status`,
    ROW_NUMBER() OVER (
      PARTITION BY `r`.`_t1`
      ORDER BY `r`.`_o_t1` ASC NULLS LAST, `r`.`_o_t2` ASC NULLS LAST
    ) AS `_place`
  FROM (
    SELECT
      `person`.`id` AS `_t1`,
      CAST(`order`.`status` AS STRING) AS `status`,
      `p`.`_t1` AS `_o_t1`,
      `p`.`_t2` AS `_o_t2`
    FROM `work`.`orders` AS `p`
    LEFT JOIN `data`.`order` AS `order`
      ON (
        (
          `order`.`shop` = `p`.`_t1`
        ) AND (
          `order`.`number` = `p`.`_t2`
        )
      )
    JOIN `data`.`person` AS `person`
      ON (
        `person`.`id` = `order`.`person_id`
      )
  ) AS `r`
) AS `r_2`
WHERE
  (
    `r_2`.`_place` = 1
  );
