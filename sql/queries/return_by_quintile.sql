-- What did each quality quintile earn in the year after it was formed, one row per formation?
-- parameter: since DATE default 2000-01-01: the first formation
-- parameter: weighting TEXT default equal: equal or cap
SELECT formed_as_of, portfolio AS quintile, count(total_return) AS months, max(names) AS companies,
       round(product(1 + total_return) - 1, 4) AS return_since, round(max(weight_without_return), 3) AS most_weight_without_return
FROM marts.quintile_returns
WHERE method = 'published' AND holding_months = 12 AND scope = 'all' AND portfolio <> 'long_short'
  AND weighting = $weighting AND formed_as_of >= $since
GROUP BY formed_as_of, portfolio
ORDER BY formed_as_of DESC, quintile DESC;
