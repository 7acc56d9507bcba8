# Whether the agent, docker and the database answer; changes nothing.

find_superuser
[ -n "$superuser" ] || give_up "PostgreSQL does not answer in its container"
say answers all
