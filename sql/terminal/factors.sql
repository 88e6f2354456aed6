-- Which factor returns are stored, of every vintage?
SELECT * FROM raw.factors ORDER BY vintage, model, month
