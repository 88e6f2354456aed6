-- How does the index compare with a small-cap index that asks for profits, as published and here?
SELECT place, measure, unit, published_index, published_index_to, published_rival, own_index, own_rival, basis, unknown, note, source
FROM marts.index_comparison
WHERE as_of = $as_of
ORDER BY place
