-- What did reconstitutions cost an index fund, and what did each group of companies earn around them, over all events?
SELECT "group" AS moved, "window" AS span, adjustment, measure, events, names, round(estimate, 4) AS estimate, round(std_error, 4) AS std_error,
       round(t_stat, 2) AS t_stat, status, reason
FROM marts.reconstitution_pooled
WHERE through_effective_date = (SELECT max(through_effective_date) FROM marts.reconstitution_pooled) AND adjustment <> 'none'
ORDER BY measure, "window", "group", adjustment;
