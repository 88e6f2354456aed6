-- What was it worth to choose a list later: among random books, against a book formed in advance, and without its best name?
SELECT book, part, item, round(estimate, 4) AS estimate, round(std_error, 4) AS std_error, round(t_stat, 2) AS t, n_obs AS months,
       drawn_books, drawn_from, universe, status, reason
FROM marts.hindsight_gap
WHERE part <> 'leave_one_out'
   OR estimate IN (SELECT unnest([min(estimate), max(estimate)]) FROM marts.hindsight_gap AS h
                   WHERE h.book = hindsight_gap.book AND h.part = 'leave_one_out')
ORDER BY book, part, item;
