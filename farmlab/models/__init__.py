"""Estimators: one a file, one contract (:mod:`~farmlab.models.base`), one battery (:mod:`~farmlab.models.checks`)."""
