-- Which members fail exactly one filter and pass all others, and by how little?
SELECT o.entity_id, o.ticker, m.name, m.sector, o.filter_number, o.filter_name, o.measure, o.value, o.threshold, o.headroom, o.reason,
       abs(o.headroom / nullif(o.threshold, 0)) AS distance
FROM marts.funnel_outcomes AS o
JOIN core.members AS m USING (as_of, entity_id)
WHERE o.as_of = $as_of AND o.stand_alone_status = 'fail'
  AND o.entity_id IN (
      SELECT entity_id FROM marts.funnel_outcomes
      WHERE as_of = $as_of
      GROUP BY entity_id
      HAVING count(*) FILTER (stand_alone_status = 'fail') = 1 AND count(*) FILTER (stand_alone_status IN ('verify', 'not_applicable')) = 0
  )
ORDER BY distance NULLS LAST, o.ticker, o.entity_id
