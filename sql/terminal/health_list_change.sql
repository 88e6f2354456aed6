-- From which list on are the members those of the newest list?
WITH lists AS (
    SELECT snapshot_date, md5(string_agg(DISTINCT CAST(entity_id AS VARCHAR), ',' ORDER BY CAST(entity_id AS VARCHAR))) AS names
    FROM core.members
    GROUP BY snapshot_date
),
newest AS (SELECT names FROM lists ORDER BY snapshot_date DESC LIMIT 1),
other AS (SELECT max(snapshot_date) AS day FROM lists WHERE names <> (SELECT names FROM newest))
SELECT (SELECT min(snapshot_date) FROM lists, other WHERE snapshot_date > coalesce(other.day, DATE '0001-01-01')) AS unchanged_since,
       (SELECT count(*) FROM lists) AS lists
