CREATE TABLE `work`.`main` AS
SELECT
  `p`.`_t1`,
  ROW_NUMBER() OVER (PARTITION BY `p`.`_t1` ORDER BY `j_3`.`_k1` ASC NULLS LAST) AS `_n`,
  `p`.`prospect_score`,
  `p`.`home_city`,
  CAST(`j_3`.`_a1` AS DECIMAL(18, 4)) AS `order_total`
FROM (
  SELECT
    `p_2`.`_t1`,
    CAST(`j`.`_a1` AS BIGINT) AS `prospect_score`,
    CAST(`j_2`.`_a1` AS STRING) AS `home_city`
  FROM `work`.`people.main` AS `p_2`
  LEFT JOIN (
    SELECT
      `r_2`.`_t1`,
      `r_2`.`_a1`
    FROM (
      SELECT
        `r`.`_t1`,
        `r`.`_a1`,
        ROW_NUMBER() OVER (PARTITION BY `r`.`_t1` ORDER BY `r`.`_k1` ASC NULLS LAST) AS `_place`
      FROM (
        SELECT
          `h`.`_t1`,
          `t`.`_k1`,
          `t`.`_a1`
        FROM (
          SELECT
            `p_3`.`_t1`,
            NULLIF(
              TRIM(BOTH ' \t\n\r ' FROM CASE
                WHEN OCTET_LENGTH(`recipient_2`.`email`) = LENGTH(`recipient_2`.`email`)
                THEN LOWER(`recipient_2`.`email`)
                ELSE ELEMENT_AT(
                  TRANSFORM(
                    ARRAY(
                      TRANSLATE(`recipient_2`.`email`, session.batuta_fold_from, session.batuta_fold_to)
                    ),
                    _bare -> CASE
                      WHEN _bare RLIKE session.batuta_rare
                      THEN REPLACE(
                        ARRAY_JOIN(
                          TRANSFORM(
                            REGEXP_EXTRACT_ALL(
                              ARRAY_JOIN(
                                TRANSFORM(
                                  SPLIT(_bare, ''),
                                  _c -> CASE
                                    WHEN _c BETWEEN '가' AND '힣'
                                    THEN CONCAT(
                                      SUBSTRING(session.batuta_leads, 1 + (
                                        ASCII(_c) - 44032
                                      ) DIV 588, 1),
                                      SUBSTRING(session.batuta_vowels, 1 + (
                                        ASCII(_c) - 44032
                                      ) % 588 DIV 28, 1),
                                      TRIM(SUBSTRING(session.batuta_tails, 1 + (
                                        ASCII(_c) - 44032
                                      ) % 28, 1))
                                    )
                                    ELSE COALESCE(ELEMENT_AT(session.batuta_parts, _c), _c)
                                  END
                                ),
                                ''
                              ),
                              session.batuta_runs,
                              0
                            ),
                            _run -> CASE
                              WHEN LENGTH(_run) = 1 OR TRANSLATE(_run, session.batuta_marks, '') <> ''
                              THEN _run
                              ELSE ARRAY_JOIN(
                                TRANSFORM(
                                  SORT_ARRAY(
                                    TRANSFORM(
                                      SPLIT(_run, ''),
                                      (_m, _i) -> STRUCT(
                                        TRANSLATE(_m, session.batuta_marks, session.batuta_classes) AS class,
                                        _i AS place,
                                        _m AS mark
                                      )
                                    )
                                  ),
                                  _each -> _each.mark
                                ),
                                ''
                              )
                            END
                          ),
                          ''
                        ),
                        '͏',
                        ''
                      )
                      ELSE _bare
                    END
                  ),
                  1
                )
              END),
              ''
            ) AS `_v1`
          FROM `work`.`people.main` AS `p_3`
          LEFT JOIN `data`.`recipient` AS `recipient_2`
            ON (
              `recipient_2`.`id` = `p_3`.`_t1`
            )
        ) AS `h`
        JOIN (
          SELECT
            `prospect`.`code` AS `_k1`,
            `prospect`.`score` AS `_a1`,
            NULLIF(
              TRIM(BOTH ' \t\n\r ' FROM CASE
                WHEN OCTET_LENGTH(`prospect`.`mail`) = LENGTH(`prospect`.`mail`)
                THEN LOWER(`prospect`.`mail`)
                ELSE ELEMENT_AT(
                  TRANSFORM(
                    ARRAY(TRANSLATE(`prospect`.`mail`, session.batuta_fold_from, session.batuta_fold_to)),
                    _bare -> CASE
                      WHEN _bare RLIKE session.batuta_rare
                      THEN REPLACE(
                        ARRAY_JOIN(
                          TRANSFORM(
                            REGEXP_EXTRACT_ALL(
                              ARRAY_JOIN(
                                TRANSFORM(
                                  SPLIT(_bare, ''),
                                  _c -> CASE
                                    WHEN _c BETWEEN '가' AND '힣'
                                    THEN CONCAT(
                                      SUBSTRING(session.batuta_leads, 1 + (
                                        ASCII(_c) - 44032
                                      ) DIV 588, 1),
                                      SUBSTRING(session.batuta_vowels, 1 + (
                                        ASCII(_c) - 44032
                                      ) % 588 DIV 28, 1),
                                      TRIM(SUBSTRING(session.batuta_tails, 1 + (
                                        ASCII(_c) - 44032
                                      ) % 28, 1))
                                    )
                                    ELSE COALESCE(ELEMENT_AT(session.batuta_parts, _c), _c)
                                  END
                                ),
                                ''
                              ),
                              session.batuta_runs,
                              0
                            ),
                            _run -> CASE
                              WHEN LENGTH(_run) = 1 OR TRANSLATE(_run, session.batuta_marks, '') <> ''
                              THEN _run
                              ELSE ARRAY_JOIN(
                                TRANSFORM(
                                  SORT_ARRAY(
                                    TRANSFORM(
                                      SPLIT(_run, ''),
                                      (_m, _i) -> STRUCT(
                                        TRANSLATE(_m, session.batuta_marks, session.batuta_classes) AS class,
                                        _i AS place,
                                        _m AS mark
                                      )
                                    )
                                  ),
                                  _each -> _each.mark
                                ),
                                ''
                              )
                            END
                          ),
                          ''
                        ),
                        '͏',
                        ''
                      )
                      ELSE _bare
                    END
                  ),
                  1
                )
              END),
              ''
            ) AS `_v1`
          FROM `data`.`prospect` AS `prospect`
          WHERE
            (
              `prospect`.`score` > 3
            )
        ) AS `t`
          ON (
            `t`.`_v1` = `h`.`_v1`
          )
      ) AS `r`
    ) AS `r_2`
    WHERE
      (
        `r_2`.`_place` = 1
      )
  ) AS `j`
    ON (
      `j`.`_t1` = `p_2`.`_t1`
    )
  LEFT JOIN `data`.`recipient` AS `recipient`
    ON (
      `recipient`.`id` = `p_2`.`_t1`
    )
  LEFT JOIN (
    SELECT
      `household_2`.`id` AS `_k1`,
      `household_2`.`city` AS `_a1`,
      `g_2`.`_v1`
    FROM `data`.`household` AS `household_2`
    JOIN (
      SELECT
        `g`.`_v1`,
        MIN(`g`.`_k1`) AS `_k1`
      FROM (
        SELECT
          `household`.`id` AS `_k1`,
          NULLIF(`household`.`city`, '') AS `_v1`
        FROM `data`.`household` AS `household`
      ) AS `g`
      GROUP BY
        `g`.`_v1`
    ) AS `g_2`
      ON (
        `household_2`.`id` = `g_2`.`_k1`
      )
  ) AS `j_2`
    ON (
      `j_2`.`_v1` = NULLIF(`recipient`.`country`, '')
    )
) AS `p`
LEFT JOIN (
  SELECT
    `x`.`_t1` AS `_k1`,
    `order`.`total` AS `_a1`,
    `order`.`recipient_id` AS `_v1`
  FROM `work`.`orders.main` AS `x`
  LEFT JOIN `data`.`order` AS `order`
    ON (
      `order`.`id` = `x`.`_t1`
    )
) AS `j_3`
  ON (
    `j_3`.`_v1` = `p`.`_t1`
  );
