-- When is the outcome of a quintile known: share reported and loss share with bounds, by month in which the quintile was formed?
SELECT month(formed_as_of) AS formed_in_month, quintile, count(*) AS dates, round(avg(reported_share), 3) AS reported_share,
       round(avg(months_to_period_end_median), 1) AS months_to_period_end, round(avg(loss_share_low), 3) AS loss_share_low,
       round(avg(loss_share), 3) AS loss_share, round(avg(loss_share_high), 3) AS loss_share_high,
       sum(exits_graduated) AS graduated, sum(exits_acquired) AS acquired, sum(exits_failed) AS failed, sum(exits_other) AS other, sum(exits_unknown) AS unknown
FROM marts.quintile_outcomes
WHERE method = 'published' AND basis = 'point_in_time'
GROUP BY formed_in_month, quintile
ORDER BY formed_in_month, quintile DESC;
