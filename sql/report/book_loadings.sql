-- How does each book load on the factors over all its months, under the newest vintage?
SELECT book, model, covariance, vintage, term, estimate, std_error, t_stat, p_value, ci_low, ci_high, alpha_annual, n_obs, r_squared,
       adj_r_squared, f_stat, f_p_value, first_month, last_month, is_formed_in_advance, status, reason
FROM marts.factor_regressions
WHERE "window" = 'full'
QUALIFY vintage = max(vintage) OVER (PARTITION BY book, model, covariance)
ORDER BY book, model, covariance, list_position(['alpha', 'Mkt-RF', 'SMB', 'HML', 'RMW', 'CMA', 'MOM'], term)
