-- How did the sectors of the funnel's survivors drift, from one June to the next?
SELECT o.as_of, coalesce(m.sector, 'unknown') AS sector, count(*) AS survivors,
       round(count(*) / sum(count(*)) OVER (PARTITION BY o.as_of), 3) AS share_of_survivors,
       round(sum(m.weight), 4) AS weight_in_index
FROM marts.funnel_outcomes AS o
JOIN core.members AS m USING (as_of, entity_id)
WHERE o.filter_number = 1 AND o.outcome IN ('survivor', 'survivor_unverified') AND month(o.as_of) = 6
GROUP BY o.as_of, coalesce(m.sector, 'unknown')
ORDER BY o.as_of DESC, survivors DESC, sector;
