-- Do the alphas of the quintile portfolios withstand the bootstrap and doubtful returns?
SELECT holding_months, weighting, scope, portfolio, cost_basis_points, treatment, block, ff5_block_months, months, first_month, last_month,
       annual_return, mean_annual, mean_ci_low, mean_ci_high, ff5_vintage, ff5_months, ff5_alpha_annual, ff5_alpha_hac_ci_low,
       ff5_alpha_hac_ci_high, ff5_alpha_ci_low, ff5_alpha_ci_high, ff5_alpha_p_value, ff5_mom_alpha_annual, ff5_mom_alpha_hac_ci_low,
       ff5_mom_alpha_hac_ci_high, ff5_mom_block_months, ff5_mom_alpha_ci_low, ff5_mom_alpha_ci_high, ff5_mom_alpha_p_value,
       weight_without_return, coverage, status, reason
FROM marts.treated_quintiles
WHERE method = 'published' AND cost_basis_points = 0
ORDER BY holding_months DESC, list_position(['equal', 'cap'], weighting), scope,
         list_position(['5', '4', '3', '2', '1', 'long_short'], portfolio),
         list_position(['all', 'without_suspects', 'winsorized'], treatment), ff5_block_months, block
