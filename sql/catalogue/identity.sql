-- What does the catalogue say of itself?
SELECT home, run_id, release, label FROM meta.catalogue
