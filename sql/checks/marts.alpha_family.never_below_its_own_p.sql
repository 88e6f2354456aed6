-- an adjusted p value that is below the p value itself, or one outside the family
SELECT book, model, "window", basis, p_value, p_holm, p_benjamini_yekutieli
FROM marts.alpha_family
WHERE p_holm < p_value - 1e-12 OR p_benjamini_yekutieli < p_value - 1e-12 OR (role <> 'family' AND p_holm IS NOT NULL)
