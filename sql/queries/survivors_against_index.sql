-- How do the survivors' own factor loadings compare with those of all members, at each June? Descriptive: the months came before the choice.
SELECT l.as_of, l.term, count(*) AS members, round(median(l.estimate), 2) AS median_of_all,
       count(s.entity_id) AS survivors, round(median(l.estimate) FILTER (s.entity_id IS NOT NULL), 2) AS median_of_survivors
FROM marts.stock_factor_loadings AS l
LEFT JOIN (
    SELECT as_of, entity_id FROM marts.funnel_outcomes
    WHERE filter_number = 1 AND outcome IN ('survivor', 'survivor_unverified')
) AS s USING (as_of, entity_id)
WHERE l.status = 'estimated' AND l.term <> 'alpha' AND month(l.as_of) = 6
GROUP BY l.as_of, l.term
ORDER BY l.as_of DESC, list_position(['Mkt-RF', 'SMB', 'HML', 'RMW', 'CMA'], l.term);
