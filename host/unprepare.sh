# Takes back what prepare.sh did. PostgreSQL is not restarted for it: what ALTER SYSTEM has reset
# counts from its next restart, whenever that is, and users go on meanwhile.

docker rm -f redash-migration-port >/dev/null 2>&1 || true
docker start "$database_container"
await_database 150 || give_up "PostgreSQL does not answer: users are not served; see docker logs of its container"
before=$directory/.redash-migration/settings-before
if [ -e "$before" ]; then
  slots=$(sql "SELECT string_agg(slot_name, ' ') FROM pg_replication_slots WHERE slot_type = 'logical'")
  while IFS='=' read -r name value; do
    case $name in
      wal_level | max_replication_slots | max_wal_senders | wal_sender_timeout) ;;
      *) continue ;;
    esac
    # With a logical slot left, PostgreSQL would not start with less.
    if [ -n "$slots" ] && [ "$name" != wal_sender_timeout ]; then continue; fi
    case $value in
      '') sql "ALTER SYSTEM RESET $name" ;;
      *[!a-z0-9]*) give_up "$directory/.redash-migration/settings-before holds an odd value for $name" ;;
      *) sql "ALTER SYSTEM SET $name = '$value'" ;;
    esac
  done < "$before"
fi
hba=$(sql 'SHOW hba_file')
# Written through, not replaced: owner and mode stay.
inside "$database_container" sh -c 'if grep -qF "$2" "$1"; then kept=$(grep -vF "$2" "$1"); printf "%s\n" "$kept" > "$1"; fi' sh "$hba" "$mark"
sql 'SELECT pg_reload_conf()' >/dev/null
[ -z "${slots:-}" ] || give_up "PostgreSQL serves, and its settings stay because of its replication slots ($slots): drop them, then run this again"
rm -f "$before"
say removed all
