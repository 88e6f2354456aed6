-- Which companies failed a single filter at a date, and by how little?
-- parameter: as_of DATE default latest: the date
SELECT o.ticker, m.name, o.filter_name, o.measure, round(o.value, 4) AS value, round(o.threshold, 4) AS "limit",
       round(o.headroom, 4) AS headroom, o.reason
FROM marts.funnel_outcomes AS o
JOIN core.members AS m USING (as_of, entity_id)
WHERE o.as_of = $as_of AND o.stand_alone_status = 'fail'
  AND o.entity_id IN (
      SELECT entity_id FROM marts.funnel_outcomes
      WHERE as_of = $as_of
      GROUP BY entity_id
      HAVING count(*) FILTER (stand_alone_status = 'fail') = 1 AND count(*) FILTER (stand_alone_status IN ('verify', 'not_applicable')) = 0
  )
ORDER BY o.filter_name, abs(o.headroom) NULLS LAST, o.ticker;
