-- a pooled mean that is not the mean of its events, or that counts other events than those with an estimate
SELECT p."group", p."window", p.adjustment, p.measure
FROM marts.reconstitution_pooled AS p
LEFT JOIN (
    SELECT "group", "window", adjustment, count(*) AS events, avg(mean_return) AS mean_return, avg(fund_cost) AS fund_cost,
        count(fund_cost) AS priced
    FROM marts.reconstitution_events
    WHERE status = 'estimated'
    GROUP BY "group", "window", adjustment
) AS e USING ("group", "window", adjustment)
WHERE p.events <> CASE p.measure WHEN 'mean_return' THEN coalesce(e.events, 0) ELSE coalesce(e.priced, 0) END
   OR abs(p.estimate - CASE p.measure WHEN 'mean_return' THEN e.mean_return ELSE e.fund_cost END) > 1e-9
