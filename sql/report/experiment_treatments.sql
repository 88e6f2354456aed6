-- Does the difference of the profitable members from the index withstand the bootstrap and doubtful returns?
SELECT universe, weighting, cost_basis_points, treatment, block, block_months, months, difference_annual, difference_hac_ci_low,
       difference_hac_ci_high, difference_ci_low, difference_ci_high, sharpe_difference, sharpe_jk_ci_low, sharpe_jk_ci_high, sharpe_ci_low,
       sharpe_ci_high, weight_without_return, coverage, first_month, last_month, vintage, status, reason
FROM marts.treated_experiment
ORDER BY list_position(['equal', 'cap', 'sector_neutral'], weighting), cost_basis_points, universe,
         list_position(['all', 'without_suspects', 'winsorized', 'delisting_losses'], treatment), block_months, block
