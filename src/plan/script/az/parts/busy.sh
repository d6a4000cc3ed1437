# What a service says that has no room, or has not finished what was asked of it before.
busy='^ERROR: (Too Many Requests|Service Unavailable)|RP Not Registered|ContainerBeingDeleted'
