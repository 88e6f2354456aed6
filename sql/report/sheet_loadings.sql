-- How did the returns of each member, or of one company, move with the factors in the 60 months before?
SELECT l.entity_id, l.term, l.estimate, l.std_error, l.t_stat, l.n_obs, l.r_squared, l.first_month, l.last_month, l.vintage, l.status
FROM marts.stock_factor_loadings AS l
WHERE l.as_of = $as_of AND (l.entity_id = $entity OR $entity IS NULL)
ORDER BY l.entity_id, list_position(['alpha', 'Mkt-RF', 'SMB', 'HML', 'RMW', 'CMA'], l.term)
