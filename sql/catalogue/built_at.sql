-- When was the catalogue published?
SELECT built_at FROM meta.catalogue
