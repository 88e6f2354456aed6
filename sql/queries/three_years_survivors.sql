-- Which companies survived the funnel three years in a row, at the latest date and in the same month of the two years before? (Needs these years.)
WITH dates AS (
    SELECT max(as_of) AS as_of
    FROM marts.funnel_summary
    WHERE month(as_of) = (SELECT month(max(as_of)) FROM marts.funnel_summary)
    GROUP BY year(as_of)
    ORDER BY as_of DESC
    LIMIT 3
),
survived AS (
    SELECT as_of, entity_id, ticker
    FROM marts.funnel_outcomes
    WHERE filter_number = 1
      AND outcome IN ('survivor', 'survivor_unverified')
      AND as_of IN (SELECT as_of FROM dates)
)
SELECT entity_id, max_by(ticker, as_of) AS ticker, min(as_of) AS since
FROM survived
GROUP BY entity_id
HAVING count(*) = 3
ORDER BY ticker, entity_id;
