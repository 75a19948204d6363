SELECT
  `p`.`_t1` AS `id`,
  REPLACE(CAST(`p`.`seen` AS STRING), ' ', 'T') || 'Z' AS `seen`,
  CASE
    WHEN `p`.`note` RLIKE '^[=+\\-@\\t\\r]'
    THEN '\'' || `p`.`note`
    ELSE `p`.`note`
  END AS `note`
FROM `work`.`people.main` AS `p`
LEFT JOIN `data`.`recipient` AS `recipient`
  ON (
    `recipient`.`id` = `p`.`_t1`
  )
LEFT JOIN `data`.`household` AS `household`
  ON (
    `recipient`.`household_id` = `household`.`id`
  )
ORDER BY
  NULLIF(`household`.`city`, '') DESC,
  `p`.`_t1` ASC NULLS LAST;
