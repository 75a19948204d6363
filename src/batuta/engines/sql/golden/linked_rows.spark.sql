CREATE TABLE `work`.`main` AS
SELECT
  `person`.`id` AS `_t1`
FROM `data`.`person` AS `person`
WHERE
  (
    EXISTS(
      SELECT
        1
      FROM `data`.`order` AS `order`
      WHERE
        (
          (
            CASE
              WHEN OCTET_LENGTH(`order`.`status`) = LENGTH(`order`.`status`)
              THEN LOWER(`order`.`status`)
              ELSE ELEMENT_AT(
                TRANSFORM(
                  ARRAY(TRANSLATE(`order`.`status`, session.batuta_fold_from, session.batuta_fold_to)),
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
            END = 'paid'
          )
          AND (
            `order`.`person_id` = `person`.`id`
          )
        )
    )
    AND EXISTS(
      SELECT
        1
      FROM `data`.`order` AS `order_2`
      JOIN `data`.`line` AS `line`
        ON (
          (
            `order_2`.`shop` = `line`.`shop`
          )
          AND (
            `order_2`.`number` = `line`.`number`
          )
        )
      WHERE
        (
          (
            CASE
              WHEN OCTET_LENGTH(`line`.`article`) = LENGTH(`line`.`article`)
              THEN LOWER(`line`.`article`)
              ELSE ELEMENT_AT(
                TRANSFORM(
                  ARRAY(TRANSLATE(`line`.`article`, session.batuta_fold_from, session.batuta_fold_to)),
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
            END = 'pen'
          )
          AND (
            `order_2`.`person_id` = `person`.`id`
          )
        )
    )
  );
