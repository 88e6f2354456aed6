-- Is this a date close before which no list of members is known?
SELECT as_of FROM marts.coverage WHERE as_of = $as_of AND NOT has_membership
