-- By which rule sets were the rows of this date evaluated?
SELECT 'quality screen' AS judged, rule_set, count(*) AS judged_rows FROM marts.quality_scores WHERE as_of = $as_of GROUP BY rule_set
UNION ALL
SELECT 'funnel', rule_set, count(*) FROM core.filter_evaluations WHERE as_of = $as_of GROUP BY rule_set
UNION ALL
SELECT 'metrics', rule_set, count(*) FROM core.metrics_as_of WHERE as_of = $as_of GROUP BY rule_set
ORDER BY judged, rule_set
