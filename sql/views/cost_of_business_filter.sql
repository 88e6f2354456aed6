-- What excluding lines of business cost: the survivors' book less the same book without filter 1, term by term, with Newey-West standard errors; alpha also a year.
-- difference [as estimate]: of the regression of the return of the survivors' book less that of the book without filter 1
-- difference_annual [fraction a year]: 12 times difference, for alpha alone
-- with_filter [fraction a month, or loading]: the coefficient of the survivors' book
-- without_filter [fraction a month, or loading]: the coefficient of the same book without filter 1
SELECT term, difference, difference_std_error, difference_t_stat, difference_p_value, difference_ci_low, difference_ci_high,
       CASE WHEN term = 'alpha' THEN 12 * difference END AS difference_annual,
       estimate AS with_filter, other_estimate AS without_filter, correlation, n_obs, first_month, last_month, vintage, status, reason
FROM marts.book_comparisons
WHERE book = 'funnel_survivors' AND other_book = 'funnel_survivors_any_business' AND covariance = 'HAC'
ORDER BY list_position(['alpha', 'Mkt-RF', 'SMB', 'HML', 'RMW', 'CMA'], term)
