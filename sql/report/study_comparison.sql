-- What did the studies publish of the screen, its names and the index, and what is it here?
SELECT basis, topic, item, measure, published, published_highest, ours, difference, reason, note, source
FROM marts.study_comparison
WHERE as_of = $as_of
ORDER BY list_position(['screen', 'names', 'index'], topic), basis DESC, item, measure
