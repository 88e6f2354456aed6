-- Survivors of the six filters at every as_of with their own factor loadings over the 60 months before: descriptive, for these months came before they were chosen.
-- status: of the regression, as in marts.stock_factor_loadings
-- market, smb, hml, rmw, cma [loading]: the company's loading on the factor; null where it was not estimated
-- smb_t, hml_t, rmw_t, cma_t [ratio]: the loading over its standard error
SELECT o.as_of, o.entity_id, o.ticker, o.outcome, l.status, l.n_obs, l.r_squared, l.first_month, l.last_month, l.vintage,
       max(l.estimate) FILTER (WHERE l.term = 'Mkt-RF') AS market,
       max(l.estimate) FILTER (WHERE l.term = 'SMB') AS smb,
       max(l.t_stat) FILTER (WHERE l.term = 'SMB') AS smb_t,
       max(l.estimate) FILTER (WHERE l.term = 'HML') AS hml,
       max(l.t_stat) FILTER (WHERE l.term = 'HML') AS hml_t,
       max(l.estimate) FILTER (WHERE l.term = 'RMW') AS rmw,
       max(l.t_stat) FILTER (WHERE l.term = 'RMW') AS rmw_t,
       max(l.estimate) FILTER (WHERE l.term = 'CMA') AS cma,
       max(l.t_stat) FILTER (WHERE l.term = 'CMA') AS cma_t
FROM (
    SELECT DISTINCT as_of, entity_id, ticker, outcome
    FROM marts.funnel_outcomes
    WHERE outcome IN ('survivor', 'survivor_unverified')
) AS o
JOIN marts.stock_factor_loadings AS l USING (as_of, entity_id)
GROUP BY o.as_of, o.entity_id, o.ticker, o.outcome, l.status, l.n_obs, l.r_squared, l.first_month, l.last_month, l.vintage
ORDER BY o.as_of, o.ticker, o.entity_id
