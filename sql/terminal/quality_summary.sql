-- What came out of the quality screen of the date: counts (quintile 0) and medians by quintile, on each basis?
SELECT *
FROM marts.quality_summary
WHERE as_of = $as_of AND method = 'published' AND variant = 'base'
ORDER BY basis DESC, quintile
