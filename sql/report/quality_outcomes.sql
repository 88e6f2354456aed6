-- What became, in the year to this date, of the companies of each quintile of a year before?
SELECT quintile, formed_as_of, outcome_companies, outcome_reported, outcome_loss_share, outcome_debt_to_assets_median,
       outcome_exit_share, outcome_max_drawdown_median
FROM marts.quality_summary
WHERE as_of = $as_of AND method = 'published' AND basis = 'point_in_time' AND variant = 'base' AND quintile > 0
  AND formed_as_of IS NOT NULL
ORDER BY quintile DESC
