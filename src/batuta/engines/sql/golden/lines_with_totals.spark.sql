CREATE TABLE `work`.`main` AS
SELECT
  `p`.`_t1`,
  CAST(`t`.`o_1_total` AS DECIMAL(10, 2)) AS `o_1_total`,
  CAST(`t`.`o_2_total` AS DECIMAL(10, 2)) AS `o_2_total`,
  CAST(SLICE(
    ARRAY(STRUCT(`t`.`o_1_total` AS `total`), STRUCT(`t`.`o_2_total` AS `total`)),
    1,
    CAST(COALESCE(`t`.`_count`, 0) AS INT)
  ) AS ARRAY<STRUCT<`total`: DECIMAL(10, 2)>>) AS `o`,
  CAST(TRY_CAST(COALESCE(`t`.`figure_1`, 0) AS BIGINT) AS BIGINT) AS `orders`,
  CAST(TRY_CAST(CASE WHEN (
    `t`.`k1` IS NULL
  ) THEN 0 ELSE `t`.`figure_2` END AS DECIMAL(10, 2)) AS DECIMAL(10, 2)) AS `spent`
FROM `work`.`one` AS `p`
LEFT JOIN (
  SELECT
    `l`.`k1`,
    MAX(CASE WHEN (
      `l`.`_place` = 1
    ) THEN `l`.`a1` END) AS `o_1_total`,
    MAX(CASE WHEN (
      `l`.`_place` = 2
    ) THEN `l`.`a1` END) AS `o_2_total`,
    COUNT(*) AS `_count`,
    COUNT(*) AS `figure_1`,
    CASE
      WHEN COUNT(`l`.`a1`) FILTER(WHERE
        `l`.`a2`) = 0
      THEN CAST(0 AS DECIMAL(38, 2))
      ELSE CAST(SUM(`l`.`a1`) FILTER(WHERE
        `l`.`a2`) AS DECIMAL(38, 2))
    END AS `figure_2`
  FROM (
    SELECT
      `order`.`person_id` AS `k1`,
      `order`.`total` AS `a1`,
      COALESCE((
        `order`.`total`
      ) > (
        CAST(15 AS BIGINT)
      ), FALSE) AS `a2`,
      ROW_NUMBER() OVER (
        PARTITION BY `order`.`person_id`
        ORDER BY `order`.`placed` DESC, `order`.`shop` ASC NULLS LAST, `order`.`number` ASC NULLS LAST
      ) AS `_place`
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
  ) AS `l`
  GROUP BY
    `l`.`k1`
) AS `t`
  ON (
    `t`.`k1` = `p`.`_t1`
  );
