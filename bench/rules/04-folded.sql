SELECT count(*) FROM recipients WHERE contains(lower(strip_accents(first_name)), 'ren')
