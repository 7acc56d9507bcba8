# Starts the containers that ran before and ends only when Redash itself has answered.

# A start that a return may still take back gives no policy back: a host that is started anew in
# between, or after it, must bring up nothing beside the new side.
policies=$directory/.redash-migration/restart-policies
wanted=$(decoded "$containers_text")
for_now=
[ "$(printf '%s\n' "$wanted" | head -n 1)" != '-' ] || for_now=yes
wanted=$(printf '%s\n' "$wanted" | grep -vFx -- '-' || true)
if [ -z "$for_now" ] && [ -e "$policies" ]; then
  while read -r id policy; do
    case $id in *[!0-9a-f]*) continue ;; esac
    case $policy in always | unless-stopped | on-failure) docker update "--restart=$policy" "$id" </dev/null || true ;; esac
  done < "$policies"
  rm -f "$policies"
fi
docker start "$database_container"
await_database 120 || give_up "PostgreSQL does not answer: see docker logs of its container"
known=$(printf '%s\n' "$ours" | awk -F'|' '{ print $3 }')
gone=$(printf '%s\n' "$wanted" | grep . | grep -vFx -- "$known" || true)
# What ran before was made anew since, under another name: then every part comes up.
[ -z "$gone" ] || wanted='*'
# A list without a server, where none runs, is that of no host which served users: the same.
named=$(printf '%s\n' "$ours" | awk -F'|' '$1 == "server" { print $3 }' | grep -Fx -- "$wanted" || true)
[ -n "$named$(first server)$for_now" ] || wanted='*'
for part in queues server worker scheduler proxy; do
  for id in $(ids_of "$part"); do
    name=$(docker inspect -f "${o}.Name$c" "$id")
    if [ "$wanted" = '*' ] || printf '%s\n' "$wanted" | grep -qFx -- "${name#/}"; then
      docker start "$id" || [ "$wanted" = '*' ] || exit 1
    fi
  done
done
look
up=$(printf '%s\n' "$ours" | awk -F'|' '$4 == "true" { print $3 }')
down=$(printf '%s\n' "$wanted" | grep -vFx '*' | grep . | while IFS= read -r name; do
  printf '%s\n' "$up" | grep -qFx -- "$name" || printf '%s ' "$name"
done)
[ -z "$down" ] || give_up "did not start: $down; see docker logs"
[ -n "$(first server)" ] || give_up "no Redash server runs: users are not served"
# A server that starts may have another address, and nginx asks for it but once.
for id in $(proxies_beside); do inside "$id" nginx -s reload || true; done
for id in $(ids_of server true); do
  inside "$id" python -c "$entry_program" "$answers_program" 120 ||
    give_up "Redash does not answer in a container that runs: users are not served; see docker logs"
done
say started all
