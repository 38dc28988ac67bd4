"""When things happen: one file a flow, decorated plain functions, and the schedules that serve them.

Nothing is computed here. Everything also works with Prefect stopped: ``farmlab sync`` and
``farmlab run --due`` do the same once. A test calls ``flow.fn(home)``.
"""
