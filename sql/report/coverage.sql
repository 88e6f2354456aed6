-- How many members could be screened on each date, and why could the others not?
SELECT as_of, members, resolved, priced, classified, with_fundamentals, fresh_fundamentals, stale_fundamentals, restated_values,
       assumed_available_dates, market_caps, splits_unchecked, split_unchecked_share,
       shares_footing, shares_footing_basis, inferred_share_counts, inferred_share_count_names, doubtful_share_counts,
       doubtful_share_count_names, share_counts_without_basis, small_share_counts, screened, excluded_unusable_ticker, excluded_no_fundamentals, excluded_stale,
       excluded_missing, excluded_out_of_range, excluded_insufficient_records, restated_share, screened_share, stale_months
FROM marts.coverage
WHERE has_membership AND as_of <= $as_of
ORDER BY as_of
