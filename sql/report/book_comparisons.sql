-- How do two books differ, and what would a mix of both load on?
SELECT book, other_book, covariance, term, vintage, estimate, ci_low, ci_high, other_estimate, other_ci_low, other_ci_high, difference,
       difference_t_stat, difference_p_value, mix_estimate, mix_share, correlation, n_obs, first_month, last_month, status, reason
FROM marts.book_comparisons
ORDER BY book, other_book, covariance, list_position(['alpha', 'Mkt-RF', 'SMB', 'HML', 'RMW', 'CMA', 'MOM'], term)
