# Makes PostgreSQL ready for change capture: ALTER SYSTEM, one restart of its container, a line of
# pg_hba.conf, a port on the private address. No file of Compose is touched.

find_superuser
[ -n "$superuser" ] || give_up "psql in the PostgreSQL container opens database $database for no superuser"
mkdir -p "$directory/.redash-migration"
before=$directory/.redash-migration/settings-before
least='wal_level=logical max_replication_slots=10 max_wal_senders=10 wal_sender_timeout=60000'
lacking() { # the settings that are less than what is needed
  for pair in $least; do
    name=${pair%%=*} wanted=${pair#*=}
    # What counts only until the next restart is lacking too: with a slot, PostgreSQL would not start.
    now=$(sql "SELECT CASE WHEN pending_restart THEN '0' ELSE setting END FROM pg_settings WHERE name = '$name'")
    case $name in
      wal_level) [ "$now" = logical ] || echo "$pair" ;;
      wal_sender_timeout) [ "$(sql "SHOW wal_sender_timeout")" = 0 ] || [ "$now" -ge 10000 ] || echo "$pair" ;;
      *) [ "$now" -ge "$wanted" ] || echo "$pair" ;;
    esac
  done
}
missing=$(lacking)
for pair in $missing; do
  name=${pair%%=*}
  [ "$(sql "SELECT source FROM pg_settings WHERE name = '$name'")" != 'command line' ] ||
    give_up "$name stands in the command of PostgreSQL's container, which outweighs ALTER SYSTEM: put -c $pair there and bring it up again"
done
if [ -n "$missing" ]; then
  # What postgresql.auto.conf says now is what the undo writes there again; the first record wins.
  if [ ! -e "$before" ]; then
    sql "SELECT name || '=' || coalesce((SELECT setting FROM pg_file_settings f WHERE f.name = s.name AND f.sourcefile LIKE '%/postgresql.auto.conf' ORDER BY seqno DESC LIMIT 1), '') FROM unnest('{wal_level,max_replication_slots,max_wal_senders,wal_sender_timeout}'::text[]) AS s(name)" > "$before.new"
    mv -f "$before.new" "$before"
  fi
  for pair in $missing; do sql "ALTER SYSTEM SET ${pair%%=*} = '${pair#*=}'"; done
  sql 'SELECT pg_reload_conf()'
  sleep 1
fi
if [ -n "$(lacking)" ]; then
  docker restart -t 60 "$database_container" || docker start "$database_container"
  await_database 150 || give_up "PostgreSQL does not answer after its restart: see docker logs of its container"
  [ -z "$(lacking)" ] || give_up "after the restart these are still too small: $(lacking | tr '\n' ' ')"
fi

hba=$(sql 'SHOW hba_file')
# md5 takes passwords stored either way (PostgreSQL, 20.5 "Password Authentication").
line="host replication \"$(printf '%s' "$role" | sed 's/"/""/g')\" all md5 # $mark"
case $role in *[[:cntrl:]]*) give_up "the user name in the source database's secret holds a control character" ;; esac
inside "$database_container" sh -c 'grep -qF "$2" "$1" || printf "%s\n" "$3" >> "$1"' sh "$hba" "$mark" "$line"
sql 'SELECT pg_reload_conf()' >/dev/null

# The port: only where no port of the container reaches it from outside.
published=$(docker inspect -f "${o}json .HostConfig.PortBindings$c" "$database_container")
network=$(docker inspect -f "${o}.HostConfig.NetworkMode$c" "$database_container")
case $published$network in
  *\"HostIp\":\"127.*) reachable=no ;;
  *"\"HostPort\":\"$port\""* | *host) reachable=yes ;;
  *) reachable=no ;;
esac
if [ "$reachable" = no ] && [ -z "$(docker ps -q --filter name=redash-migration-port)" ]; then
  address=$(ip -4 route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p' | head -n 1)
  [ -n "$address" ] || address=$(hostname -I 2>/dev/null | awk '{ print $1 }')
  [ -n "$address" ] || give_up "the host's private address is not to be seen: publish PostgreSQL's port by hand"
  # Podman calls every network of its own a bridge; Docker 29 tells addresses by network alone.
  joined=$(docker inspect -f "${o}range \$name, \$one := .NetworkSettings.Networks$c${o}\$name$c ${o}\$one.IPAddress$c
${o}end$c" "$database_container" | grep . | head -n 1)
  image=$(docker inspect -f "${o}.Image$c" "$(ids_of server | head -n 1)")
  target=$(docker inspect -f "${o}.Name$c" "$database_container")
  network=${joined%% *}
  case $network in # only in a network of its own do containers find each other by name
    bridge | podman) target=${joined#* } ;;
  esac
  listens=$(sql 'SHOW port')
  docker rm -f redash-migration-port >/dev/null 2>&1 || true
  docker run -d --name redash-migration-port --label com.docker.compose.project=redash-migration \
    --restart unless-stopped --network "$network" -p "$address:$port:5432" \
    --entrypoint python "$image" -c "$forward_program" "${target#/}" "$listens" ||
    give_up "port $port of $address can't be published: something else has it"
  say published "$address:$port"
fi
say wal_level "$(sql 'SHOW wal_level')"
