"""Pages that write: what people answer to findings, with their name beside it.

``view`` reads the store into plain view objects, ``findings`` is the page in a notebook. It is served by a Voila of its
own with a token of its own, and only when asked for (``farmlab up --forms``).
"""
