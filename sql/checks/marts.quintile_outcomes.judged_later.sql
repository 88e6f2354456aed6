-- an outcome that is judged less than 21 months after the quintile was formed
SELECT as_of, formed_as_of, method, basis, quintile
FROM marts.quintile_outcomes
WHERE as_of < formed_as_of + INTERVAL 21 MONTH
