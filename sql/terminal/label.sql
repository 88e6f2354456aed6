-- What are the published data?
SELECT label FROM meta.catalogue
