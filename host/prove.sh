# The questions of ProveNewHome and of SmokeTest, asked in the old server's own container: what works
# there now. The API key goes in through standard input, so it is seen in no list of processes.

server=$(first server)
[ -n "$server" ] || give_up "no Redash server runs that could be asked"
find_superuser
[ -n "$superuser" ] || give_up "psql in the PostgreSQL container opens database $database for no superuser"
bind=$(inside "$server" sh -c 'printf %s "${REDASH_GUNICORN_BIND:-:5000}"')
asked=$({
  sql "SELECT coalesce((SELECT u.api_key FROM public.users u JOIN public.groups g ON g.id = ANY (u.groups) WHERE u.disabled_at IS NULL AND 'admin' = ANY (g.permissions) ORDER BY u.id LIMIT 1), '')"
  sql "SELECT count(*) FROM public.data_sources WHERE org_id = (SELECT u.org_id FROM public.users u JOIN public.groups g ON g.id = ANY (u.groups) WHERE u.disabled_at IS NULL AND 'admin' = ANY (g.permissions) ORDER BY u.id LIMIT 1)"
  sql 'SELECT slug FROM public.organizations ORDER BY id LIMIT 20'
} | docker exec -i "$server" python -c "$entry_program" "$questions_program" "${bind##*:}" || true)
proved=$(inside "$server" python -c "$entry_program" "$prover_program" "$key" || true)
printf '%s\n%s\n' "$asked" "$proved" | grep -E '^@(smoke|proof) [ -~]*$' | grep -v '"kind":"settings"' | cut -c 1-4000 >&3 || true
{ queues=$(inside "$server" python -c "$entry_program" "$queues_program" look) && told "$queues"; } ||
  say unseen "the queues: redis does not answer by the server's REDASH_REDIS_URL"
say asked all
