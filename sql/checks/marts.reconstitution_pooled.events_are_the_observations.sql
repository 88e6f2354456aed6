-- a pooled mean that is not the mean of its events, or that counts other events than those with an estimate
SELECT p.through_effective_date, p."group", p."window", p.adjustment, p.measure
FROM marts.reconstitution_pooled AS p
LEFT JOIN marts.reconstitution_events AS e
    ON e."group" = p."group" AND e."window" = p."window" AND e.adjustment = p.adjustment AND e.effective_date <= p.through_effective_date
GROUP BY ALL
HAVING any_value(p.events) <> count(CASE p.measure WHEN 'mean_return' THEN e.mean_return ELSE e.fund_cost END)
    OR abs(any_value(p.estimate) - avg(CASE p.measure WHEN 'mean_return' THEN e.mean_return ELSE e.fund_cost END)) > 1e-9
