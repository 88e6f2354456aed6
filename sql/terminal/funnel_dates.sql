-- Of which dates is there a funnel?
SELECT DISTINCT as_of FROM marts.funnel_summary ORDER BY as_of
