-- Which is the earliest published date whose rows later filings could still change when they were made?
SELECT min(as_of) AS unsettled_since
FROM marts.quality_scores
WHERE NOT is_final
