-- What do the same returns say under each stored vintage of the factors?
SELECT book, model, vintage, term, estimate_common, std_error_common, difference_from_latest, n_obs_common, estimate_own, n_obs_own,
       window_effect, alpha_annual_common, months_changed, largest_change, first_month, last_month, status, reason
FROM marts.vintage_sensitivity
ORDER BY book, model, list_position(['alpha', 'Mkt-RF', 'SMB', 'HML', 'RMW', 'CMA', 'MOM'], term), vintage
