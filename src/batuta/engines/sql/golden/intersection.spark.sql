CREATE TEMPORARY VIEW `complement_shared_1` AS
SELECT
  `p`.`_t1`,
  `p_2`.`score`
FROM `work`.`one` AS `p`
JOIN `work`.`two` AS `p_2`
  ON (
    `p_2`.`_t1` = `p`.`_t1`
  );
CREATE TABLE `work`.`main` AS
SELECT
  *
FROM `complement_shared_1` AS `p_3`;
CREATE TABLE `work`.`complement` AS
SELECT
  `p_4`.`_t1`,
  `p_4`.`score`
FROM (
  SELECT
    `u`.`_t1`,
    `u`.`score`
  FROM (
    SELECT
      `p_5`.`_t1`,
      CASE WHEN (
        NOT `p_6`.`_t1` IS NULL
      ) THEN `p_6`.`score` END AS `score`
    FROM `work`.`one` AS `p_5`
    LEFT JOIN `work`.`two` AS `p_6`
      ON (
        `p_6`.`_t1` = `p_5`.`_t1`
      )
    UNION ALL
    SELECT
      `p_7`.`_t1`,
      `p_7`.`score`
    FROM `work`.`two` AS `p_7`
    WHERE
      (
        NOT EXISTS(
          SELECT
            1
          FROM `work`.`one` AS `q`
          WHERE
            (
              `q`.`_t1` = `p_7`.`_t1`
            )
        )
      )
  ) AS `u`
) AS `p_4`
WHERE
  (
    NOT EXISTS(
      SELECT
        1
      FROM `complement_shared_1` AS `q_2`
      WHERE
        (
          `q_2`.`_t1` = `p_4`.`_t1`
        )
    )
  );
DROP TABLE `complement_shared_1`;
