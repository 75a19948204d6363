CREATE TEMPORARY VIEW `complement_shared_1` AS
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
      `h`.`_n`,
      `t`.`_k1`
    FROM (
      SELECT
        `p`.`_n`,
        NULLIF(
          TRIM(BOTH ' \t\n\r ' FROM CASE
            WHEN OCTET_LENGTH(`p`.`mail`) = LENGTH(`p`.`mail`)
            THEN LOWER(`p`.`mail`)
            ELSE ELEMENT_AT(
              TRANSFORM(
                ARRAY(TRANSLATE(`p`.`mail`, session.batuta_fold_from, session.batuta_fold_to)),
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
      FROM `work`.`load.main` AS `p`
    ) AS `h`
    JOIN (
      SELECT
        `recipient`.`id` AS `_k1`,
        NULLIF(
          TRIM(BOTH ' \t\n\r ' FROM CASE
            WHEN OCTET_LENGTH(`recipient`.`email`) = LENGTH(`recipient`.`email`)
            THEN LOWER(`recipient`.`email`)
            ELSE ELEMENT_AT(
              TRANSFORM(
                ARRAY(TRANSLATE(`recipient`.`email`, session.batuta_fold_from, session.batuta_fold_to)),
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
      FROM `data`.`recipient` AS `recipient`
      WHERE
        `recipient`.`vip`
    ) AS `t`
      ON (
        `t`.`_v1` = `h`.`_v1`
      )
  ) AS `r`
) AS `r_2`
WHERE
  (
    `r_2`.`_place` = 1
  );
CREATE TABLE `work`.`main` AS
SELECT
  `m`.`_k1` AS `_t1`,
  `p_2`.`_n`,
  `p_2`.`mail`
FROM `work`.`load.main` AS `p_2`
JOIN `complement_shared_1` AS `m`
  ON (
    `m`.`_n` = `p_2`.`_n`
  );
CREATE TABLE `work`.`complement` AS
SELECT
  `p_3`.`_n`,
  `p_3`.`mail`
FROM `work`.`load.main` AS `p_3`
WHERE
  (
    NOT EXISTS(
      SELECT
        1
      FROM (
        SELECT
          *
        FROM `complement_shared_1` AS `p_4`
      ) AS `q`
      WHERE
        (
          `q`.`_n` = `p_3`.`_n`
        )
    )
  );
DROP TABLE `complement_shared_1`;
