-- a date whose members are not those that stayed and those that left, or whose flag does not follow from its gap
SELECT as_of, members, stayed_members, left_members
FROM marts.resolved_shares
WHERE members <> stayed_members + left_members
   OR resolved <> stayed_resolved + left_resolved
   OR (is_gap_large IS NULL) <> (survivorship_gap IS NULL)
   OR as_of >= newest_as_of
