CREATE TABLE `work`.`main` AS
SELECT
  `m`.`_k1` AS `_t1`,
  `p`.`_n`,
  `p`.`mail`
FROM `work`.`load.main` AS `p`
LEFT JOIN (
  SELECT
    `r_2`.`_n`,
    `r_2`.`_k1`
  FROM (
    SELECT
      `r`.`_n`,
      `r`.`_k1`,
      ROW_NUMBER() OVER (PARTITION BY `r`.`_n` ORDER BY `r`.`_k1` ASC NULLS LAST) AS `_place`
    FROM (
      SELECT
        `p_2`.`_n`,
        `recipient`.`id` AS `_k1`
      FROM `work`.`load.main` AS `p_2`
      JOIN `data`.`recipient` AS `recipient`
        ON TRUE
      LEFT JOIN `data`.`household` AS `household`
        ON (
          `recipient`.`household_id` = `household`.`id`
        )
      WHERE
        (
          (
            COALESCE(`recipient`.`email`, '') = COALESCE(`p_2`.`mail`, '')
          )
          AND (
            NOT (
              COALESCE(`household`.`city`, '') = COALESCE('', '')
            )
          )
        )
    ) AS `r`
  ) AS `r_2`
  WHERE
    (
      `r_2`.`_place` = 1
    )
) AS `m`
  ON (
    `m`.`_n` = `p`.`_n`
  );
