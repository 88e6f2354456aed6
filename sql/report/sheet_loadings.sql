-- How did each survivor's own returns of the 60 months before move with the factors?
SELECT l.entity_id, l.term, l.estimate, l.std_error, l.t_stat, l.n_obs, l.r_squared, l.first_month, l.last_month, l.vintage, l.status
FROM marts.stock_factor_loadings AS l
SEMI JOIN (FROM marts.funnel_outcomes WHERE as_of = $as_of AND outcome IN ('survivor', 'survivor_unverified')) AS o USING (entity_id)
WHERE l.as_of = $as_of
ORDER BY l.entity_id, list_position(['alpha', 'Mkt-RF', 'SMB', 'HML', 'RMW', 'CMA'], l.term)
