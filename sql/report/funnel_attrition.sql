-- How many companies entered each filter, and what became of them?
SELECT filter_number, filter_name, members, entered, passed, failed, verify, borderline, "left", left_verified, stand_alone_passed,
       outcome_survivor, outcome_survivor_unverified, outcome_undetermined, outcome_failed, as_of,
       not_applicable
FROM marts.funnel_summary
WHERE as_of = $as_of
ORDER BY filter_number
