-- What each book's alpha and Sharpe ratio are worth: three kinds of interval, four block lengths, several looks, trials and random books, under each treatment of doubtful returns.
-- book: name of the book
-- treatment: all, without_suspects, winsorized or delisting_losses, as in marts.book_inference
-- vintage: YYYYMM of the returns database behind every factor of the regression
-- status: estimated or insufficient
-- reason: why there are no numbers; null if there are
-- n_obs [months]: months with a return and all factors
-- missing_months [months]: calendar months between the first and the last without a return
-- first_month, last_month: first and last month
-- weight_without_return [fraction]: the largest share of a month's weight without a return
-- coverage: complete, or survivors_only where in a month more than the rule set's share of the weight has no return
-- is_formed_in_advance: only of a book formed in advance is alpha evidence of skill
-- family_size [alphas]: alphas in the family
-- trials_basis: stated or assumed, as in marts.deflated_sharpe
-- own_trials: what is known of the trials behind the book itself
-- universe: members, or survivors_only: what the random books are drawn from
-- alpha_annual [fraction a year]: 12 x alpha of the five-factor model over all months
-- ols_ci_low, ols_ci_high, hac_ci_low, hac_ci_high [fraction a year]: 95% interval of alpha, classical and Newey-West
-- block_months [months]: optimal mean block length of the stationary bootstrap
-- ci_low, ci_high [fraction a year]: bootstrap interval of alpha with the optimal block length
-- ci_low_3_months, ci_high_3_months, ci_low_6_months, ci_high_6_months, ci_low_12_months, ci_high_12_months [fraction a year]: the same with blocks of 3, 6 and 12 months
-- bootstrap_p_value [probability]: two-sided p value of alpha with the optimal block length
-- p_holm, p_benjamini_yekutieli [probability]: Newey-West p value of alpha adjusted over the family; only for all returns
-- sharpe_difference [ratio]: annualised Sharpe ratio less the market's
-- sharpe_difference_ci_low, sharpe_difference_ci_high [ratio]: its bootstrap interval with the optimal block length
-- fewest_trials, most_trials [trials]: least and highest number of trials by which the Sharpe ratio is deflated
-- deflated_sharpe_fewest, deflated_sharpe_most [probability]: deflated Sharpe ratio by these numbers of trials; of all returns
-- random_books_at_least [fraction]: share of random books, treated alike, whose alpha is at least the list's
-- market_alpha_annual [fraction a year]: alpha of all names that could be drawn, treated alike
WITH alpha AS (
    SELECT book, treatment, any_value(vintage) AS vintage, any_value(status) AS status, any_value(reason) AS reason, any_value(n_obs) AS n_obs,
           any_value(missing_months) AS missing_months, any_value(first_month) AS first_month, any_value(last_month) AS last_month,
           any_value(weight_without_return) AS weight_without_return, any_value(coverage) AS coverage,
           any_value(is_formed_in_advance) AS is_formed_in_advance, any_value(estimate) AS alpha_annual, any_value(ols_ci_low) AS ols_ci_low,
           any_value(ols_ci_high) AS ols_ci_high, any_value(hac_ci_low) AS hac_ci_low, any_value(hac_ci_high) AS hac_ci_high,
           max(block_months) FILTER (WHERE block = 'optimal') AS block_months,
           max(ci_low) FILTER (WHERE block = 'optimal') AS ci_low, max(ci_high) FILTER (WHERE block = 'optimal') AS ci_high,
           max(ci_low) FILTER (WHERE block = '3_months') AS ci_low_3_months, max(ci_high) FILTER (WHERE block = '3_months') AS ci_high_3_months,
           max(ci_low) FILTER (WHERE block = '6_months') AS ci_low_6_months, max(ci_high) FILTER (WHERE block = '6_months') AS ci_high_6_months,
           max(ci_low) FILTER (WHERE block = '12_months') AS ci_low_12_months, max(ci_high) FILTER (WHERE block = '12_months') AS ci_high_12_months,
           max(p_value) FILTER (WHERE block = 'optimal') AS bootstrap_p_value
    FROM marts.book_inference
    WHERE statistic = 'alpha_annual'
    GROUP BY book, treatment
), sharpe AS (
    SELECT book, treatment, estimate AS sharpe_difference, ci_low AS sharpe_difference_ci_low, ci_high AS sharpe_difference_ci_high
    FROM marts.book_inference
    WHERE statistic = 'sharpe_difference' AND block = 'optimal'
), looks AS (
    SELECT book, 'all' AS treatment, p_holm, p_benjamini_yekutieli, family_size
    FROM marts.alpha_family
    WHERE role = 'family' AND basis = 'HAC'
), trials AS (
    SELECT book, min(trials) AS fewest_trials, max(trials) AS most_trials, arg_min(deflated_sharpe, trials) AS deflated_sharpe_fewest,
           arg_max(deflated_sharpe, trials) AS deflated_sharpe_most, any_value(trials_basis) AS trials_basis, any_value(own_trials) AS own_trials
    FROM marts.deflated_sharpe
    WHERE status = 'estimated'
    GROUP BY book
), drawn AS (
    SELECT book, treatment, max(estimate) FILTER (WHERE item = 'share_at_least') AS random_books_at_least,
           max(estimate) FILTER (WHERE item = 'market_alpha_annual') AS market_alpha_annual, max(universe) AS universe
    FROM marts.treated_hindsight
    WHERE part = 'random_books'
    GROUP BY book, treatment
)
SELECT a.*, s.* EXCLUDE (book, treatment), l.* EXCLUDE (book, treatment), t.* EXCLUDE (book), d.* EXCLUDE (book, treatment)
FROM alpha AS a
LEFT JOIN sharpe AS s USING (book, treatment)
LEFT JOIN looks AS l USING (book, treatment)
LEFT JOIN trials AS t USING (book)
LEFT JOIN drawn AS d USING (book, treatment)
ORDER BY a.book, list_position(['all', 'without_suspects', 'winsorized', 'delisting_losses'], a.treatment)
