CREATE TABLE `work`.`main` AS
SELECT
  `person`.`id` AS `_t1`
FROM `data`.`person` AS `person`;
