SELECT count(*) FROM recipients WHERE gender = 'f' AND birth_date < DATE '1990-01-01' AND household_id >= 1000
