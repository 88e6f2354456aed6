-- Which run published, when, with which release, and what is the newest date with members?
SELECT run_id, built_at, release, (SELECT max(as_of) FROM marts.coverage WHERE has_membership) AS newest,
       (SELECT command FROM meta.runs AS r WHERE r.run_id = c.run_id) AS command
FROM meta.catalogue AS c
