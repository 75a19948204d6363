SELECT count(*) FROM recipients JOIN households ON households.id = recipients.household_id WHERE households.country = 'FR'
