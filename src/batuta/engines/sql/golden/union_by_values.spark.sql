CREATE TABLE `work`.`main` AS
SELECT
  `r_8`.`_t1`
FROM (
  SELECT
    `r_7`.`_t1`,
    CASE
      WHEN (
        `r_7`.`_v1` IS NULL
      )
      THEN 1
      ELSE ROW_NUMBER() OVER (
        PARTITION BY `r_7`.`_v1`
        ORDER BY `r_7`.`_source` ASC NULLS LAST, `r_7`.`_t1` ASC NULLS LAST
      )
    END AS `_place`
  FROM (
    SELECT
      `r_6`.`_t1`,
      `r_6`.`_v1`,
      `r_6`.`_source`
    FROM (
      SELECT
        `r_5`.`_t1`,
        `r_5`.`_v1`,
        `r_5`.`_source`,
        ROW_NUMBER() OVER (PARTITION BY `r_5`.`_t1` ORDER BY `r_5`.`_source` ASC NULLS LAST) AS `_place`
      FROM (
        SELECT
          `p`.`_t1`,
          NULLIF(`person`.`email`, '') AS `_v1`,
          0 AS `_source`
        FROM `work`.`one` AS `p`
        LEFT JOIN `data`.`person` AS `person`
          ON (
            `person`.`id` = `p`.`_t1`
          )
        UNION ALL
        SELECT
          `r_4`.`_t1`,
          `r_4`.`_v1`,
          1 AS `_source`
        FROM (
          SELECT
            `r_3`.`_t1`,
            `r_3`.`_v1`,
            ROW_NUMBER() OVER (PARTITION BY `r_3`.`_t1` ORDER BY `r_3`.`_o_t1` ASC NULLS LAST) AS `_place`
          FROM (
            SELECT
              `r_2`.`_t1`,
              `r_2`.`_v1`,
              `r_2`.`_o_t1`
            FROM (
              SELECT
                `r`.`_t1`,
                `r`.`_v1`,
                `r`.`_o_t1`,
                ROW_NUMBER() OVER (PARTITION BY `r`.`_o_t1` ORDER BY `r`.`_t1` ASC NULLS LAST) AS `_place`
              FROM (
                SELECT
                  `d`.`_t1`,
                  `o`.`_v1`,
                  `o`.`_o_t1`
                FROM (
                  SELECT
                    `p_2`.`_t1` AS `_o_t1`,
                    NULLIF(`lead`.`mail`, '') AS `_v1`
                  FROM `work`.`leads` AS `p_2`
                  LEFT JOIN `data`.`lead` AS `lead`
                    ON (
                      `lead`.`key` = `p_2`.`_t1`
                    )
                ) AS `o`
                JOIN (
                  SELECT
                    `person_2`.`id` AS `_t1`,
                    NULLIF(`person_2`.`email`, '') AS `_v1`
                  FROM `data`.`person` AS `person_2`
                ) AS `d`
                  ON (
                    `d`.`_v1` = `o`.`_v1`
                  )
              ) AS `r`
            ) AS `r_2`
            WHERE
              (
                `r_2`.`_place` = 1
              )
          ) AS `r_3`
        ) AS `r_4`
        WHERE
          (
            `r_4`.`_place` = 1
          )
      ) AS `r_5`
    ) AS `r_6`
    WHERE
      (
        `r_6`.`_place` = 1
      )
  ) AS `r_7`
) AS `r_8`
WHERE
  (
    `r_8`.`_place` = 1
  );
