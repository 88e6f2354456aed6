-- What is the latest date with a summary of the quality screen?
SELECT max(as_of) AS as_of FROM marts.quality_summary
