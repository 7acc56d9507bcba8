# Stops what serves users, schedules or works, all at once: users get the maintenance answer by now.
# The two stores stay up, and so do containers that are no part of Redash. After drain.sh.

# shellcheck disable=SC2046 # ids are words
stop_all 10 $(ids_of scheduler true) $(ids_of proxy true) $(ids_of server true) $(ids_of worker true)
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
