-- an addition that was a member before or is none now, or a removal that was none before or is one now
SELECT c.as_of, c.entity_id, c.change
FROM marts.index_changes AS c
LEFT JOIN core.members AS now ON now.as_of = c.as_of AND now.entity_id = c.entity_id
LEFT JOIN core.members AS before ON before.as_of = c.previous_as_of AND before.entity_id = c.entity_id
WHERE (c.change = 'added') <> (now.entity_id IS NOT NULL) OR (c.change = 'removed') <> (before.entity_id IS NOT NULL)
