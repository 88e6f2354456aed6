-- an event whose additions or deletions are not the sum of their groups, or whose estimate is not known by the last month with returns
SELECT event, "group", "window", adjustment
FROM (
    SELECT *,
        sum(names) FILTER ("group" IN ('from_above', 'from_below', 'new_listing', 'addition_unknown')) OVER same AS came,
        sum(names) FILTER ("group" IN ('graduated', 'too_small', 'acquired', 'failed', 'deletion_unknown')) OVER same AS went
    FROM marts.reconstitution_events
    WINDOW same AS (PARTITION BY event, "window", adjustment)
)
WHERE ("group" = 'additions' AND names <> came) OR ("group" = 'deletions' AND names <> went)
   OR (status = 'estimated' AND known_date > (SELECT max(month) FROM core.monthly_returns))
