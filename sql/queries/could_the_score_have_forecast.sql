-- Could the quality score have forecast returns: what did the best quintile earn, the worst, and the one less the other?
SELECT holding_months, weighting, scope, cost_basis_points AS basis_points, portfolio, months, round(annual_return, 4) AS annual_return,
       round(volatility, 4) AS volatility, round(max_drawdown, 3) AS max_drawdown, round(turnover, 3) AS turnover,
       round(mean_annual, 4) AS mean_annual, round(mean_t_stat, 2) AS mean_t,
       round(ff5_alpha_annual, 4) AS ff5_alpha, round(ff5_alpha_hac_t_stat, 2) AS ff5_alpha_t,
       round(ff5_mom_alpha_annual, 4) AS ff5_mom_alpha, round(ff5_mom_alpha_hac_t_stat, 2) AS ff5_mom_alpha_t, status, reason
FROM marts.quintile_performance
WHERE method = 'published' AND portfolio IN ('5', '1', 'long_short') AND cost_basis_points IN (0, 50)
ORDER BY holding_months DESC, weighting, scope, cost_basis_points, portfolio DESC;
