-- What is this made from: data, run, release, list of members, factors?
SELECT k.label, k.run_id, k.release, k.built_at, r.command, r.preset, c.membership_source, c.snapshot_date, c.stale_months,
       (SELECT max(vintage) FROM marts.stock_factor_loadings WHERE as_of = $as_of) AS factor_vintage,
       (SELECT string_agg(DISTINCT vintage, ', ' ORDER BY vintage) FROM marts.factor_regressions) AS book_vintages
FROM meta.catalogue AS k
JOIN marts.coverage AS c ON c.as_of = $as_of
LEFT JOIN meta.runs AS r ON r.run_id = k.run_id
