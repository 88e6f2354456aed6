-- a month that does not follow the month before, or factors of two vintages
SELECT month, vintage, previous_month, previous_vintage
FROM (
    SELECT month, vintage,
           lag(month) OVER (ORDER BY month) AS previous_month,
           lag(vintage) OVER (ORDER BY month) AS previous_vintage
    FROM core.factors_monthly
)
WHERE previous_month IS NOT NULL
  AND (month <> last_day(previous_month + INTERVAL 1 DAY) OR vintage <> previous_vintage)
