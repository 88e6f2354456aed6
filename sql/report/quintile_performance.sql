-- Could the score have forecast returns: what would portfolios of its quintiles have earned, before and after costs?
SELECT p.holding_months, p.weighting, p.scope, p.portfolio, p.first_month, p.last_month, p.months, p.months_survivors_only, p.names,
       p.annual_return, ten.annual_return AS annual_return_10, fifty.annual_return AS annual_return_50, p.volatility, p.max_drawdown, p.turnover,
       p.mean_annual, p.mean_t_stat, p.ff5_vintage, p.ff5_months, p.ff5_alpha_annual, p.ff5_alpha_ols_t_stat, p.ff5_alpha_hac_t_stat,
       p.ff5_mom_alpha_annual, p.ff5_mom_alpha_hac_t_stat, p.status, p.reason
FROM marts.quintile_performance AS p
LEFT JOIN marts.quintile_performance AS ten
  ON ten.method = p.method AND ten.holding_months = p.holding_months AND ten.weighting = p.weighting AND ten.scope = p.scope
 AND ten.portfolio = p.portfolio AND ten.cost_basis_points = 10
LEFT JOIN marts.quintile_performance AS fifty
  ON fifty.method = p.method AND fifty.holding_months = p.holding_months AND fifty.weighting = p.weighting AND fifty.scope = p.scope
 AND fifty.portfolio = p.portfolio AND fifty.cost_basis_points = 50
WHERE p.method = 'published' AND p.cost_basis_points = 0
ORDER BY p.holding_months DESC, list_position(['equal', 'cap'], p.weighting), p.scope, list_position(['5', '4', '3', '2', '1', 'long_short'], p.portfolio)
