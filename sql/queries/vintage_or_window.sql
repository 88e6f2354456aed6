-- How much of a loading is owed to the vintage of the factor file, and how much to the window?
SELECT book, model, vintage, term, round(estimate_common, 3) AS on_common_months, round(difference_from_latest, 4) AS owed_to_vintage,
       round(estimate_own, 3) AS on_all_months, round(window_effect, 4) AS owed_to_window, n_obs_common, n_obs_own,
       months_changed, round(largest_change, 4) AS largest_change
FROM marts.vintage_sensitivity
WHERE status = 'estimated'
ORDER BY book, model, term, vintage;
