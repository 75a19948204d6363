CREATE TABLE `work`.`main` AS
SELECT
  `person`.`id` AS `_t1`
FROM `data`.`person` AS `person`
WHERE
  (
    NOT EXISTS(
      SELECT
        1
      FROM `data`.`order` AS `order`
      WHERE
        (
          `order`.`person_id` = `person`.`id`
        )
    )
  );
