SELECT count(*) FROM recipients
WHERE id IN (
    SELECT recipient_id FROM orders WHERE ordered_at >= DATE '2026-03-03' AND ordered_at < DATE '2026-06-02' AND total > 100
)
