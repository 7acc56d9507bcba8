"""The load balancer: a proxy that does what ELBv2's listener rules say, with health checks."""

from rehearsal.load_balancer.balancer import LoadBalancer
from rehearsal.load_balancer.old_home import OldHome, create_old_home
from rehearsal.load_balancer.proxy import SERVED_BY

__all__ = ["SERVED_BY", "LoadBalancer", "OldHome", "create_old_home"]
