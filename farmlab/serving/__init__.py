"""Everything running: the processes of ``farmlab up``, each a child that is started, watched and ended.

Nothing here imports Prefect, Voila or ``flows``; they run as processes of their own.
"""
