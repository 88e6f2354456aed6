-- Does each book have the tilts that it claims?
SELECT book, covariance, "window", tilt, vintage, intended_sign, estimate, std_error, t_stat, smallest_detectable, verdict, explanation,
       n_obs, first_month, last_month
FROM marts.book_validations
ORDER BY book, covariance, "window", list_position(['SMB', 'HML', 'RMW', 'CMA'], tilt)
