CREATE TABLE `work`.`main` AS
SELECT
  `p`.`_t1`,
  CAST(`household`.`city` AS STRING) AS `town`,
  CAST(`t`.`orders_1_total` AS DECIMAL(18, 4)) AS `orders_1_total`,
  CAST(`t`.`orders_2_total` AS DECIMAL(18, 4)) AS `orders_2_total`,
  CAST(SLICE(
    ARRAY(STRUCT(`t`.`orders_1_total` AS `total`), STRUCT(`t`.`orders_2_total` AS `total`)),
    1,
    CAST(COALESCE(`t`.`_count`, 0) AS INT)
  ) AS ARRAY<STRUCT<`total`: DECIMAL(18, 4)>>) AS `orders`,
  CAST(TRY_CAST(CASE WHEN (
    `t_2`.`k1` IS NULL
  ) THEN 0 ELSE `t_2`.`figure_1` END AS DECIMAL(38, 4)) AS DECIMAL(38, 4)) AS `spent`
FROM `work`.`people.main` AS `p`
LEFT JOIN `data`.`recipient` AS `recipient`
  ON (
    `recipient`.`id` = `p`.`_t1`
  )
LEFT JOIN `data`.`household` AS `household`
  ON (
    `recipient`.`household_id` = `household`.`id`
  )
LEFT JOIN (
  SELECT
    `l`.`k1`,
    MAX(CASE WHEN (
      `l`.`_place` = 1
    ) THEN `l`.`a1` END) AS `orders_1_total`,
    MAX(CASE WHEN (
      `l`.`_place` = 2
    ) THEN `l`.`a1` END) AS `orders_2_total`,
    COUNT(*) AS `_count`
  FROM (
    SELECT
      `order`.`recipient_id` AS `k1`,
      `order`.`total` AS `a1`,
      ROW_NUMBER() OVER (
        PARTITION BY `order`.`recipient_id`
        ORDER BY `order`.`ordered_at` DESC, `order`.`id` ASC NULLS LAST
      ) AS `_place`
    FROM `data`.`order` AS `order`
    WHERE
      (
        EXISTS(
          SELECT
            1
          FROM `work`.`people.main` AS `p_2`
          WHERE
            (
              `p_2`.`_t1` = `order`.`recipient_id`
            )
        )
        AND (
          `order`.`status` = 'paid'
        )
      )
  ) AS `l`
  WHERE
    `l`.`_place` <= 2
  GROUP BY
    `l`.`k1`
) AS `t`
  ON (
    `t`.`k1` = `p`.`_t1`
  )
LEFT JOIN (
  SELECT
    `order_2`.`recipient_id` AS `k1`,
    CASE
      WHEN COUNT(`order_2`.`total`) = 0
      THEN CAST(0 AS DECIMAL(38, 4))
      ELSE CAST(TRY_SUM(`order_2`.`total`) AS DECIMAL(38, 4))
    END AS `figure_1`
  FROM `data`.`order` AS `order_2`
  WHERE
    EXISTS(
      SELECT
        1
      FROM `work`.`people.main` AS `p_3`
      WHERE
        (
          `p_3`.`_t1` = `order_2`.`recipient_id`
        )
    )
  GROUP BY
    `order_2`.`recipient_id`
) AS `t_2`
  ON (
    `t_2`.`k1` = `p`.`_t1`
  );
