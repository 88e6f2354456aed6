-- Members per as_of, method, basis and reason for which they have no quality score, with its share of those excluded.
-- members [members]: members with that reason
-- share_of_excluded [fraction]: their share of the members excluded at that as_of, by that method and basis
SELECT as_of, method, basis, exclusion_reason,
       count(*) AS members,
       count(*) / sum(count(*)) OVER (PARTITION BY as_of, method, basis) AS share_of_excluded
FROM marts.quality_scores
WHERE status = 'excluded'
GROUP BY as_of, method, basis, exclusion_reason
ORDER BY as_of, method, basis, members DESC, exclusion_reason
