-- What are the medians of multiples and debt on fiscal years and on the latest quarter, for the members that filter 6 counts?
SELECT measure, companies, max(median) FILTER (WHERE footing = 'annual') AS annual, max(with_value) FILTER (WHERE footing = 'annual') AS annual_companies,
       max(median) FILTER (WHERE footing = 'latest') AS latest, max(with_value) FILTER (WHERE footing = 'latest') AS latest_companies
FROM marts.footing_medians
WHERE as_of = $as_of
GROUP BY measure, companies
ORDER BY list_position(['pb', 'pe', 'p_fcf', 'debt_to_equity'], measure), list_position(['all', 'with_quarters', 'annual_only'], companies)
