-- Did the index's profitable members do better than the index, after costs?
SELECT universe, compared_with, weighting, cost_basis_points, period, first_month, last_month, months, junes, names, share_by_count, share_by_weight,
       annual_return, volatility, sharpe, max_drawdown, turnover, difference_annual, difference_t_stat, difference_ci_low, difference_ci_high,
       sharpe_difference, vintage, status, reason
FROM marts.profitability_experiment
ORDER BY period = 'all' DESC, period DESC, list_position(['equal', 'cap', 'sector_neutral'], weighting), cost_basis_points,
         list_position(['all', 'profitable', 'unprofitable', 'admitted'], universe), compared_with
