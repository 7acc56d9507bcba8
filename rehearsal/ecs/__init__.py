"""ECS for a rehearsal: services whose tasks are processes, and the new home they make up."""

from rehearsal.ecs.new_home import NewHome, create_new_home
from rehearsal.ecs.stand_in import EcsStandIn

__all__ = ["EcsStandIn", "NewHome", "create_new_home"]
