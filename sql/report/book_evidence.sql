-- What are the alphas worth: by interval, block length, treatment of doubtful returns, several looks and trials?
SELECT book, treatment, alpha_annual, ols_ci_low, ols_ci_high, hac_ci_low, hac_ci_high, block_months, ci_low, ci_high, ci_low_3_months,
       ci_high_3_months, ci_low_6_months, ci_high_6_months, ci_low_12_months, ci_high_12_months, bootstrap_p_value, p_holm,
       p_benjamini_yekutieli, family_size, sharpe_difference, sharpe_difference_ci_low, sharpe_difference_ci_high, trials_basis, own_trials,
       fewest_trials, deflated_sharpe_fewest, most_trials, deflated_sharpe_most, random_books_at_least, market_alpha_annual, universe,
       weight_without_return, coverage, n_obs, missing_months, first_month, last_month, vintage, is_formed_in_advance, status, reason
FROM marts.book_evidence
ORDER BY book, list_position(['all', 'without_suspects', 'winsorized', 'delisting_losses'], treatment)
