-- a return that follows a missing month without the flag that says so, or with it where none is missing
SELECT security_id, month, previous_month, is_after_gap
FROM (
    SELECT security_id, month, is_after_gap, lag(month) OVER (PARTITION BY security_id ORDER BY month) AS previous_month
    FROM core.monthly_returns
)
WHERE previous_month IS NOT NULL
  AND month <= last_day(previous_month + INTERVAL 12 MONTH)
  AND is_after_gap <> (month > last_day(previous_month + INTERVAL 1 DAY))
