# Nothing new is scheduled any more; then waits for what was queued or at work, at most so many
# seconds. Users are still served: queues.py says what is not waited for while they are. What still
# runs then is no acknowledged write: its result was not stored.

# A host that is started anew starts what shall always run: not what is stopped from here on. The first
# record wins; start.sh gives the policies back.
mkdir -p "$directory/.redash-migration"
policies=$directory/.redash-migration/restart-policies
serving=$(printf '%s\n' "$ours" | awk -F'|' '$1 ~ /^(scheduler|proxy|server|worker)$/ { print $2 }')
if [ ! -e "$policies" ]; then
  # shellcheck disable=SC2086 # ids are words
  docker inspect -f "${o}.Id$c ${o}.HostConfig.RestartPolicy.Name$c" $serving > "$policies.new"
  mv -f "$policies.new" "$policies"
fi
# shellcheck disable=SC2086 # ids are words
docker update --restart=no $serving || true
# shellcheck disable=SC2046 # ids are words
stop_all 10 $(ids_of scheduler true)
asked=$(first server)
[ -n "$asked" ] || asked=$(first worker)
if [ -n "$asked" ]; then
  { left=$(inside "$asked" python -c "$entry_program" "$queues_program" wait "$drain") && told "$left"; } ||
    say unseen "the queues: redis does not answer by the server's REDASH_REDIS_URL"
fi
say drained all
