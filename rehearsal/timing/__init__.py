"""How long things take: by AWS's clock (aws.toml), or as fast as this machine goes.

Every stand-in asks ``clock()`` before it lets something come to pass. A rehearsal is a process of
its own, so there is one clock in it; without CLOCK=aws it is the fast one.
"""

from rehearsal.timing.service_clock import ServiceClock, clock, set_clock
from rehearsal.timing.timing_profile import ProfileError, TimingProfile, read_profile

__all__ = ["ProfileError", "ServiceClock", "TimingProfile", "clock", "read_profile", "set_clock"]
