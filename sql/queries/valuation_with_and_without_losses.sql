-- What does the index cost with and without its losses, year by year, beside the median of its own history?
SELECT as_of, round(pe_excluding_losses, 1) AS pe_excluding_losses, round(pe_including_losses, 1) AS pe_including_losses,
       pe_including_losses_reason, round(unprofitable_share, 3) AS unprofitable_share,
       round(unprofitable_weight_share, 3) AS unprofitable_weight, round(earnings_weight, 3) AS weight_covered,
       round(median(pe_excluding_losses) OVER (ORDER BY as_of), 1) AS median_so_far
FROM marts.index_profile
QUALIFY as_of = max(as_of) OVER (PARTITION BY year)
ORDER BY as_of DESC;
