-- Does a book's alpha survive other intervals, other block lengths and several looks?
SELECT book, round(100 * alpha_annual, 1) AS alpha, round(100 * hac_ci_low, 1) AS hac_low, round(100 * hac_ci_high, 1) AS hac_high,
       round(block_months, 1) AS block, round(100 * ci_low, 1) AS low, round(100 * ci_high, 1) AS high,
       round(100 * ci_low_6_months, 1) AS low_6_months, round(100 * ci_high_6_months, 1) AS high_6_months,
       round(p_holm, 3) AS p_holm, round(deflated_sharpe_most, 2) AS deflated_sharpe, most_trials, coverage
FROM marts.book_evidence
WHERE treatment = 'all' AND status = 'estimated'
ORDER BY book;
