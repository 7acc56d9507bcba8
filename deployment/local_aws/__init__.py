"""`make local-aws`: both databases and an AWS on this machine, for `sam local invoke`.

The world of a rehearsal, without its state machine running: databases with small data, the old
host, DMS, ECS and the load balancer, and the template deployed. What the functions' containers
need to find it stands in events/env.local.json afterwards. Ends, with everything, at Ctrl-C.
"""
