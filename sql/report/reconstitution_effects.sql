-- What did those who came earn beyond those who went, at each reconstitution whose months were over by the date?
SELECT event, effective_date, span, first_month, last_month, additions, deletions, additions_with_returns, deletions_with_returns,
       additions_return, deletions_return, effect, std_error, status, reason
FROM marts.reconstitution_effects
WHERE effective_date <= $as_of AND coalesce(last_month, effective_date) <= $as_of
ORDER BY effective_date DESC, event, span DESC
