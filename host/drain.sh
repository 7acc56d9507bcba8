# Nothing new is queued any more; then waits until the queues are empty, at most so many seconds.
# Users are still served. What still runs then is no acknowledged write: its result was not stored.

# shellcheck disable=SC2046 # ids are words
stop_all 10 $(ids_of scheduler true)
asked=$(first server)
[ -n "$asked" ] || asked=$(first worker)
if [ -n "$asked" ]; then
  { left=$(inside "$asked" python -c "$queues_program" wait "$drain") && told "$left"; } ||
    say unseen "the queues: redis does not answer by the server's REDASH_REDIS_URL"
fi
say drained all
