-- What would asking for profits have changed: the index against its profitable members, after costs?
SELECT universe, compared_with, weighting, cost_basis_points AS basis_points, months, round(annual_return, 4) AS annual_return,
       round(volatility, 4) AS volatility, round(sharpe, 2) AS sharpe, round(max_drawdown, 3) AS max_drawdown, round(turnover, 3) AS turnover,
       round(difference_annual, 4) AS difference, status, reason
FROM marts.profitability_experiment
WHERE period = 'all'
ORDER BY weighting, cost_basis_points, universe, compared_with;
