# Stops what serves users, schedules or works, all at once: users get the maintenance answer by now.
# The two stores stay up, and so do containers that are no part of Redash. After drain.sh.

# shellcheck disable=SC2046 # ids are words
stop_all 10 $(ids_of scheduler true) $(ids_of proxy true) $(ids_of server true) $(ids_of worker true)
look
left=$(printf '%s\n' "$ours" | awk -F'|' '$1 ~ /^(scheduler|proxy|server|worker)$/ && $4 == "true" { print $3 }')
[ -z "$left" ] || give_up "still running: $(printf '%s' "$left" | tr '\n' ' ')"
say stopped all
