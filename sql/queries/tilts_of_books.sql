-- Does each book have the tilts that it claims, and how small a tilt could have been seen?
SELECT v.book, v.tilt, v.verdict, round(v.estimate, 2) AS loading, round(v.t_stat, 2) AS t, round(v.smallest_detectable, 2) AS detectable,
       v.n_obs AS months, v.first_month, v.last_month, b.is_formed_in_advance AS in_advance
FROM marts.book_validations AS v
JOIN core.books AS b USING (book)
WHERE v.covariance = 'HAC' AND v."window" = 'full'
ORDER BY v.book, v.tilt;
