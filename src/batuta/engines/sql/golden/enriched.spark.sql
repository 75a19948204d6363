CREATE TABLE `work`.`main` AS
SELECT
  `p`.`_t1`,
  CAST(`country`.`name` AS STRING) AS `country`,
  CAST(TRY_CAST(CASE WHEN (
    `t`.`k1` IS NULL
  ) THEN 0 ELSE `t`.`figure_1` END AS DECIMAL(10, 2)) AS DECIMAL(10, 2)) AS `spent`,
  CAST(`t_2`.`o_1_total` AS DECIMAL(10, 2)) AS `o_1_total`,
  CAST(`t_2`.`o_2_total` AS DECIMAL(10, 2)) AS `o_2_total`,
  CAST(SLICE(
    ARRAY(STRUCT(`t_2`.`o_1_total` AS `total`), STRUCT(`t_2`.`o_2_total` AS `total`)),
    1,
    CAST(COALESCE(`t_2`.`_count`, 0) AS INT)
  ) AS ARRAY<STRUCT<`total`: DECIMAL(10, 2)>>) AS `o`
FROM `work`.`one` AS `p`
LEFT JOIN `data`.`person` AS `person`
  ON (
    `person`.`id` = `p`.`_t1`
  )
LEFT JOIN `data`.`country` AS `country`
  ON (
    (
      `person`.`country_code` = `country`.`code`
    ) AND (
      `country`.`code` <> ''
    )
  )
LEFT JOIN (
  SELECT
    `order`.`person_id` AS `k1`,
    CASE
      WHEN COUNT(`order`.`total`) = 0
      THEN CAST(0 AS DECIMAL(38, 2))
      ELSE CAST(SUM(`order`.`total`) AS DECIMAL(38, 2))
    END AS `figure_1`
  FROM `data`.`order` AS `order`
  WHERE
    EXISTS(
      SELECT
        1
      FROM `work`.`one` AS `p_2`
      WHERE
        (
          `p_2`.`_t1` = `order`.`person_id`
        )
    )
  GROUP BY
    `order`.`person_id`
) AS `t`
  ON (
    `t`.`k1` = `p`.`_t1`
  )
LEFT JOIN (
  SELECT
    `l`.`k1`,
    MAX(CASE WHEN (
      `l`.`_place` = 1
    ) THEN `l`.`a1` END) AS `o_1_total`,
    MAX(CASE WHEN (
      `l`.`_place` = 2
    ) THEN `l`.`a1` END) AS `o_2_total`,
    COUNT(*) AS `_count`
  FROM (
    SELECT
      `order_2`.`person_id` AS `k1`,
      `order_2`.`total` AS `a1`,
      ROW_NUMBER() OVER (
        PARTITION BY `order_2`.`person_id`
        ORDER BY `order_2`.`placed` DESC, `order_2`.`shop` ASC NULLS LAST, `order_2`.`number` ASC NULLS LAST
      ) AS `_place`
    FROM `data`.`order` AS `order_2`
    WHERE
      (
        EXISTS(
          SELECT
            1
          FROM `work`.`one` AS `p_3`
          WHERE
            (
              `p_3`.`_t1` = `order_2`.`person_id`
            )
        )
        AND COALESCE((
          `order_2`.`total`
        ) > (
          CAST(0 AS BIGINT)
        ), FALSE)
      )
  ) AS `l`
  WHERE
    `l`.`_place` <= 2
  GROUP BY
    `l`.`k1`
) AS `t_2`
  ON (
    `t_2`.`k1` = `p`.`_t1`
  );
