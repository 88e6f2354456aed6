-- Which are the heaviest members?
SELECT entity_id, rank, ticker, name, sector, weight, cumulative_weight, market_cap_usd, market_cap_reason, band, is_unprofitable
FROM marts.index_holdings WHERE as_of = $as_of ORDER BY rank
