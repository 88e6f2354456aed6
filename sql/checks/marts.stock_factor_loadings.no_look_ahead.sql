-- a regression with a month that had not ended at as_of, or with more months than its window
SELECT as_of, security_id, first_month, last_month, n_obs
FROM marts.stock_factor_loadings
WHERE last_month > as_of OR n_obs > 60
