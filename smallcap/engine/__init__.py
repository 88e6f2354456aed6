"""What is made from what, and what is out of date; no Dagster."""
