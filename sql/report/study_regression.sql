-- What did the value book publish of its regression, and what is it here?
SELECT item, measure, published, ours, difference, reason, vintage, first_month, last_month, note, source
FROM marts.study_regression
ORDER BY list_position(['Mkt-RF', 'SMB', 'HML', 'RMW', 'CMA', 'alpha', 'all'], item), measure
