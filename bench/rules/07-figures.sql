SELECT count(*) FROM recipients JOIN (
    SELECT recipient_id FROM orders GROUP BY recipient_id HAVING count(*) >= 3 AND coalesce(sum(total), 0) < 500
) AS figures ON figures.recipient_id = recipients.id
