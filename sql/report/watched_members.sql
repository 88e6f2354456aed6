-- Which watched names are members at the date?
SELECT m.entity_id, n.ticker, n.name, n.watched_by
FROM core.watched_names AS n JOIN core.members AS m USING (as_of, ticker)
WHERE n.as_of = $as_of AND n.is_member
ORDER BY n.ticker, m.entity_id
