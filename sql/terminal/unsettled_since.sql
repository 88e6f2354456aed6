-- Which is the earliest published date whose rows later filings could still change, or whose study's basis was not over, when they were made?
SELECT min(as_of) AS unsettled_since
FROM (
    SELECT as_of, bool_and(is_final) AS is_final, bool_or(basis = 'as_published') AS has_both
    FROM marts.quality_scores
    GROUP BY as_of
)
WHERE NOT (is_final AND has_both)
