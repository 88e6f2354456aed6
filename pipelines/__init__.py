"""When and how it runs: definitions, jobs, schedules, checks, resources, and the command.

Which tables exist is defined in `assets`.
"""

from smallcap.pipelines.signals import end_at_once_while_loading

end_at_once_while_loading()
