-- more companies in both top quintiles than in one of them, or in one of them than are compared
SELECT as_of, method, alternative, companies, score_top, alternative_top, both_top
FROM marts.quality_agreement
WHERE both_top > least(score_top, alternative_top) OR greatest(score_top, alternative_top) > companies
