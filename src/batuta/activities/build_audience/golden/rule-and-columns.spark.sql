CREATE TABLE `work`.`main` AS
SELECT
  `recipient`.`id` AS `_t1`,
  CAST(`household`.`city` AS STRING) AS `town`
FROM `data`.`recipient` AS `recipient`
LEFT JOIN `data`.`household` AS `household`
  ON (
    `recipient`.`household_id` = `household`.`id`
  )
WHERE
  EXISTS(
    SELECT
      1
    FROM `data`.`order` AS `order`
    WHERE
      (
        (
          `order`.`status` = 'paid'
        )
        AND (
          `order`.`recipient_id` = `recipient`.`id`
        )
      )
  );
