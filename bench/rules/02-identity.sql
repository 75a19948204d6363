SELECT count(*) FROM recipients
WHERE _folded_email = 'patricia.silva.1@example.com' OR _folded_email LIKE '%remi.g%'
