-- Is the score arbitrary: how far do other definitions of quality rank like it?
SELECT method, alternative, companies, rank_correlation, score_top, alternative_top, both_top, top_overlap, chance_overlap
FROM marts.quality_agreement
WHERE as_of = $as_of
ORDER BY method DESC, rank_correlation DESC NULLS LAST, alternative
