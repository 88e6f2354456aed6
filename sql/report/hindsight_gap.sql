-- What was it worth to choose a list with hindsight?
SELECT book, part, item, other_book, estimate, std_error, t_stat, ci_low, ci_high, n_obs, drawn_books, drawn_from, universe, vintage,
       first_month, last_month, status, reason
FROM marts.hindsight_gap
ORDER BY book, list_position(['difference', 'random_books', 'leave_one_out'], part),
         list_position(['alpha_annual', 'share_at_least', 'p05', 'p50', 'p95', 'mean', 'std', 'market_alpha_annual'], item), item
