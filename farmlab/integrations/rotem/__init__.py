"""Rotem and Munters controllers through RotemNet, the maker's cloud service.

The service's interface is private and may change without notice; FarmLab reads it with the owner's account,
politely, and writes nothing. What is read where:

``settings``
    Address and account, and the hosts that may see it.
``session``, ``transport``, ``protocol``, ``calls``, ``service``
    Logging in, sending, the envelope, the read operations, and asking them.
``parse``, ``signs``, ``channels``
    What a text means, in which unit, of which quantity.
``site``, ``live``, ``clocks``, ``houses``, ``history``, ``alarms``, ``equipment``
    The overview, a live bundle, the controller's clock, one house, the days of a flock, alarms, what is installed.
"""

from __future__ import annotations

from farmlab.integrations.rotem.channels import CHANNELS
from farmlab.integrations.rotem.integration import Rotem
from farmlab.integrations.rotem.settings import RotemSettings

__all__ = ["CHANNELS", "Rotem", "RotemSettings"]
