CREATE TEMPORARY VIEW `complement_shared_1` AS
SELECT
  `p`.`_t1`
FROM `work`.`people.main` AS `p`
WHERE
  EXISTS(
    SELECT
      1
    FROM `work`.`more.main` AS `q`
    WHERE
      (
        `q`.`_t1` = `p`.`_t1`
      )
  );
CREATE TABLE `work`.`main` AS
SELECT
  *
FROM `complement_shared_1` AS `p_2`;
CREATE TABLE `work`.`complement` AS
SELECT
  `p_3`.`_t1`
FROM (
  SELECT
    `u`.`_t1`
  FROM (
    SELECT
      `p_4`.`_t1`
    FROM `work`.`people.main` AS `p_4`
    UNION ALL
    SELECT
      `p_5`.`_t1`
    FROM `work`.`more.main` AS `p_5`
    WHERE
      (
        NOT EXISTS(
          SELECT
            1
          FROM `work`.`people.main` AS `q_2`
          WHERE
            (
              `q_2`.`_t1` = `p_5`.`_t1`
            )
        )
      )
  ) AS `u`
) AS `p_3`
WHERE
  (
    NOT EXISTS(
      SELECT
        1
      FROM `complement_shared_1` AS `q_3`
      WHERE
        (
          `q_3`.`_t1` = `p_3`.`_t1`
        )
    )
  );
DROP TABLE `complement_shared_1`;
