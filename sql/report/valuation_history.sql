-- What did the index cost on each date up to this one, with and without losses, and how many members lost money?
SELECT as_of, history_dates, pe_excluding_losses, pe_excluding_losses_median, pe_including_losses, pe_including_losses_median,
       pe_including_losses_reason, unprofitable_share, unprofitable_share_median
FROM marts.index_valuation
WHERE as_of <= $as_of
ORDER BY as_of
