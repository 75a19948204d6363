CREATE TEMPORARY VIEW `complement_shared_1` AS
SELECT
  `w`.`_t1`,
  CASE
    WHEN (
      `w`.`_f1` IS NULL
    )
    THEN 1
    ELSE ROW_NUMBER() OVER (
      PARTITION BY `w`.`_f1`
      ORDER BY `w`.`_o1` DESC, `w`.`_o2` ASC NULLS LAST, `w`.`_t1` ASC NULLS LAST
    )
  END AS `_place`,
  CASE
    WHEN (
      `w`.`_f1` IS NULL
    )
    THEN `w`.`_t1`
    ELSE FIRST_VALUE(`w`.`_t1`) OVER (
      PARTITION BY `w`.`_f1`
      ORDER BY `w`.`_o1` DESC, `w`.`_o2` ASC NULLS LAST, `w`.`_t1` ASC NULLS LAST
    )
  END AS `kept_1`
FROM (
  SELECT
    `p`.`_t1`,
    NULLIF(
      CASE
        WHEN OCTET_LENGTH((
          TRIM(BOTH ' \t\n\r ' FROM `person`.`email`)
        )) = LENGTH((
          TRIM(BOTH ' \t\n\r ' FROM `person`.`email`)
        ))
        THEN LOWER((
          TRIM(BOTH ' \t\n\r ' FROM `person`.`email`)
        ))
        ELSE REPLACE(
          TRANSLATE(
            (
              TRIM(BOTH ' \t\n\r ' FROM `person`.`email`)
            ),
            session.batuta_lower_from,
            session.batuta_lower_to
          ),
          'İ',
          'i̇'
        )
      END,
      ''
    ) AS `_f1`,
    `person`.`points` AS `_o1`,
    MD5('seed:' || CAST(`p`.`_t1` AS STRING)) AS `_o2`
  FROM `work`.`one` AS `p`
  LEFT JOIN `data`.`person` AS `person`
    ON (
      `person`.`id` = `p`.`_t1`
    )
) AS `w`;
CREATE TABLE `work`.`main` AS
SELECT
  `g`.`_t1`
FROM `complement_shared_1` AS `g`
WHERE
  `g`.`_place` <= 1;
CREATE TABLE `work`.`complement` AS
SELECT
  `g_2`.`_t1`,
  `g_2`.`kept_1`
FROM `complement_shared_1` AS `g_2`
WHERE
  `g_2`.`_place` > 1;
DROP TABLE `complement_shared_1`;
