-- a claim judged by another share of losses, or by another cost of reconstitutions, than the tables have
SELECT claim, value
FROM marts.thesis_checks
WHERE (claim = 'unprofitable_share'
        AND value IS DISTINCT FROM (SELECT unprofitable_share FROM marts.index_profile ORDER BY as_of DESC LIMIT 1))
   OR (claim = 'reconstitution_cost' AND value IS NOT NULL
        AND value NOT IN (SELECT estimate FROM marts.reconstitution_pooled WHERE measure = 'fund_cost' AND estimate IS NOT NULL))
