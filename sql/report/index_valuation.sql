-- What does the index cost, with and without losses, against the median of its own history up to the date, and what is covered?
WITH history AS (FROM marts.index_profile WHERE as_of <= $as_of), now AS (FROM history WHERE as_of = $as_of)
SELECT 'pe_excluding_losses' AS measure, n.pe_excluding_losses AS value, (SELECT median(pe_excluding_losses) FROM history) AS own_median,
       (SELECT count(pe_excluding_losses) FROM history) AS dates, n.pe_excluding_losses_members AS members,
       n.pe_excluding_losses_weight AS weight, NULL::VARCHAR AS reason FROM now AS n
UNION ALL
SELECT 'pe_including_losses', n.pe_including_losses, (SELECT median(pe_including_losses) FROM history),
       (SELECT count(pe_including_losses) FROM history), n.pe_including_losses_members, n.pe_including_losses_weight,
       n.pe_including_losses_reason FROM now AS n
UNION ALL
SELECT 'pb', n.pb, (SELECT median(pb) FROM history), (SELECT count(pb) FROM history), n.pb_members, n.pb_weight, n.pb_reason FROM now AS n
UNION ALL
SELECT 'ps', n.ps, (SELECT median(ps) FROM history), (SELECT count(ps) FROM history), n.ps_members, n.ps_weight, n.ps_reason FROM now AS n
UNION ALL
SELECT 'dividend_yield', n.dividend_yield, (SELECT median(dividend_yield) FROM history), (SELECT count(dividend_yield) FROM history),
       n.dividend_yield_members, n.dividend_yield_weight, NULL FROM now AS n
