-- Quality scores of every as_of as the published study made them, by what was known 163 days later: method published, basis as_published, one row per as_of and member.
SELECT * EXCLUDE (method, basis)
FROM marts.quality_scores
WHERE method = 'published' AND basis = 'as_published'
