-- a quintile portfolio that was formed in the month in which it is held, or after, or longer ago than it is held
SELECT method, holding_months, weighting, scope, portfolio, month, formed_as_of
FROM marts.quintile_returns
WHERE formed_as_of >= date_trunc('month', month)
   OR month > last_day(formed_as_of + to_months(CAST(holding_months AS INTEGER)))
