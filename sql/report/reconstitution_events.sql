-- What did each group of companies earn around each reconstitution that was over by the date?
SELECT event, effective_date, "group" AS moved, "window" AS span, adjustment, names, names_with_returns, names_incomplete, names_with_loadings,
       mean_return, index_return, index_weight_covered, turnover, fund_cost, window_basis, first_month, last_month, is_rank_date_unconfirmed,
       status, reason
FROM marts.reconstitution_events
WHERE known_date <= $as_of
ORDER BY effective_date DESC, event, "group", "window", adjustment
