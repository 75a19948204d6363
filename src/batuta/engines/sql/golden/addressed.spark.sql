CREATE TABLE `work`.`main` AS
SELECT
  `m_2`.`_t1`,
  `m_2`.`_address`,
  CASE
    WHEN (
      NOT `m_2`.`_reason` IS NULL
    )
    THEN `m_2`.`_reason`
    WHEN MD5('seed:' || CAST(`m_2`.`_t1` AS STRING)) < '199999999999'
    THEN 'holdout'
  END AS `_reason`
FROM (
  SELECT
    `m`.`_t1`,
    `m`.`_address`,
    CASE
      WHEN (
        NOT `m`.`_reason` IS NULL
      )
      THEN `m`.`_reason`
      WHEN (
        (
          NOT `m`.`_folded` IS NULL
        )
        AND ROW_NUMBER() OVER (
          PARTITION BY `m`.`_folded`, (
            `m`.`_reason` IS NULL
          )
          ORDER BY `m`.`_t1` ASC NULLS LAST
        ) > 1
      )
      THEN 'duplicate'
    END AS `_reason`
  FROM (
    SELECT
      `p`.`_t1`,
      `person`.`email` AS `_address`,
      NULLIF(
        CASE
          WHEN OCTET_LENGTH(`person`.`email`) = LENGTH(`person`.`email`)
          THEN LOWER(`person`.`email`)
          ELSE ELEMENT_AT(
            TRANSFORM(
              ARRAY(TRANSLATE(`person`.`email`, session.batuta_fold_from, session.batuta_fold_to)),
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
        END,
        ''
      ) AS `_folded`,
      CAST(CASE
        WHEN (
          `person`.`id` IS NULL
        )
        THEN 'gone'
        WHEN (
          COALESCE(`person`.`email`, '') = ''
        )
        THEN 'empty'
      END AS STRING) AS `_reason`
    FROM `work`.`one` AS `p`
    LEFT JOIN `data`.`person` AS `person`
      ON (
        `person`.`id` = `p`.`_t1`
      )
  ) AS `m`
) AS `m_2`;
