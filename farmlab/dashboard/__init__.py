"""The dashboards: stored data in, one page of HTML out. They read, and never train or write.

``overview``, ``house`` and the tabs of ``insights`` read the store into plain view objects; ``render`` turns those
into HTML with autoescaping templates; ``live`` shows the page in a notebook and renews it.
"""
