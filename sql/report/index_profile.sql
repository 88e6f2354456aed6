-- What is the index at this date: members, size, concentration, losses, eligibility, turnover?
SELECT * EXCLUDE (year) FROM marts.index_profile WHERE as_of = $as_of
