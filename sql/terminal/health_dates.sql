-- What is the newest date, list, filing, price and factor month that is published?
SELECT (SELECT max(as_of) FROM marts.coverage WHERE has_membership) AS as_of,
       (SELECT max(snapshot_date) FROM core.members) AS list,
       (SELECT max(filing_date) FROM raw.fundamentals) AS filing,
       (SELECT max(date) FROM raw.prices) AS price,
       (SELECT max(month) FROM raw.factors) AS factors,
       (SELECT max(vintage) FROM raw.factors) AS factor_vintage,
       (SELECT count(*) FROM core.members WHERE as_of = (SELECT max(as_of) FROM core.members)) AS members
