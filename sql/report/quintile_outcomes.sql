-- What became of the companies of each quintile of 21 months before, judged at this date, when most have reported?
SELECT quintile, formed_as_of, companies, reported, reported_share, months_to_period_end_median, months_to_known_median,
       loss_share, loss_share_low, loss_share_high, debt_to_assets_median, exit_share, exits, exits_graduated, exits_acquired, exits_failed,
       exits_other, exits_unknown
FROM marts.quintile_outcomes
WHERE as_of = $as_of AND method = 'published' AND basis = 'point_in_time' AND quintile > 0
ORDER BY quintile DESC
