CREATE TABLE `work`.`main` AS
SELECT
  `p`.`_t1`
FROM (
  SELECT
    `recipient`.`id` AS `_t1`
  FROM `data`.`recipient` AS `recipient`
  WHERE
    EXISTS(
      SELECT
        1
      FROM `data`.`order` AS `order`
      WHERE
        (
          (
            `order`.`status` = 'paid'
          )
          AND (
            `order`.`recipient_id` = `recipient`.`id`
          )
        )
    )
) AS `p`
WHERE
  (
    NOT EXISTS(
      SELECT
        1
      FROM `remembered`.`m_welcome` AS `m`
      WHERE
        (
          (
            (
              `m`.`_at` > CAST('2026-02-22 12:00:00' AS TIMESTAMP_NTZ)
            )
            OR (
              `m`.`_window` IN (4, 5)
            )
          )
          AND (
            `m`.`_t1` = `p`.`_t1`
          )
        )
    )
  );
