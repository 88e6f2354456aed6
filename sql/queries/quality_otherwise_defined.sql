-- Would another definition of quality have chosen the same companies: rank correlation and overlap of top quintiles, mean over the dates of a year?
SELECT year, method, alternative, count(*) AS dates, round(avg(companies)) AS companies, round(avg(rank_correlation), 3) AS rank_correlation,
       round(avg(top_overlap), 3) AS top_overlap, round(avg(chance_overlap), 3) AS by_chance
FROM marts.quality_agreement
WHERE rank_correlation IS NOT NULL
GROUP BY year, method, alternative
ORDER BY year DESC, method DESC, rank_correlation DESC, alternative;
