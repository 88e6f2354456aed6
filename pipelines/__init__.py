"""When and how it runs: definitions, jobs, schedules, checks, resources, and the command. What exists stands in `assets`."""
