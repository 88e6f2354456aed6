-- How is the index spread over sectors, and what does each of them cost?
SELECT * EXCLUDE (year, as_of) FROM marts.index_sectors WHERE as_of = $as_of ORDER BY weight DESC NULLS LAST, sector
