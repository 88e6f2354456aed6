-- Which members fail a rule of eligibility, and which?
SELECT e.entity_id, e.ticker, m.name, e.rank_date, e.price_usd, e.market_cap_usd, e.exchange, e.country, e.reason
FROM marts.index_eligibility AS e JOIN core.members AS m USING (as_of, entity_id)
WHERE e.as_of = $as_of AND e.known_status = 'fail' ORDER BY e.ticker, e.entity_id
