-- What did each group of companies earn around the reconstitutions that were over by the date, on average over the events?
SELECT "group" AS moved, "window" AS span, adjustment, measure, events, names, estimate, std_error, t_stat, p_value, ci_low, ci_high,
       first_effective_date, last_effective_date, status, reason
FROM marts.reconstitution_pooled
WHERE through_effective_date = (SELECT max(through_effective_date) FROM marts.reconstitution_pooled WHERE known_date <= $as_of)
  AND known_date <= $as_of
ORDER BY measure DESC, "window", "group", adjustment
