-- How many members are resolved at the oldest date, of those that stayed in the index and of those that left it?
SELECT as_of, newest_as_of, members, resolved_share, stayed_share, left_share, left_members, survivorship_gap, is_gap_large
FROM marts.resolved_shares
ORDER BY as_of
LIMIT 1
