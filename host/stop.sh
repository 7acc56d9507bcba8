# Stops what serves users and schedules, all at once, then the workers: users get the maintenance
# answer by now. In between the workers have three seconds for what the last clicks have queued: what
# is left then stays in the old redis, and is told. The program starts while the servers stop. The two
# stores stay up, and so do containers that are no part of Redash. After drain.sh.

asked=$(first worker)
# shellcheck disable=SC2046 # ids are words
stop_serving() { stop_all 10 $(ids_of scheduler true) $(ids_of proxy true) $(ids_of server true); }
if [ -n "$asked" ]; then
  { stays=$(stop_serving >&2 | docker exec -i "$asked" python -c "$entry_program" "$queues_program" end 3) && told "$stays"; } ||
    say unseen "what stays in the queues: redis does not answer by the workers' REDASH_REDIS_URL"
else
  stop_serving
fi
# shellcheck disable=SC2046 # ids are words
stop_all 10 $(ids_of worker true)
# Users wait by now: one look says whether anything runs that should not, or is new here.
running=$(docker ps -q --no-trunc) || give_up "docker does not answer to $(id -un)"
running=$(printf '%s' "$running" | tr '\n' ' ')
for id in $running; do
  case $ids in *"$id"*) ;; *) look && break ;; esac
done
left=$(printf '%s\n' "$ours" | awk -F'|' -v running="$running" \
  '$1 ~ /^(scheduler|proxy|server|worker)$/ && index(running, $2) { print $3 }')
[ -z "$left" ] || give_up "still running: $(printf '%s' "$left" | tr '\n' ' ')"
say stopped all
