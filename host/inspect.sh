# What the old host runs: containers, versions, disk, its settings as keyed fingerprints.

printf '%s\n' "$ours" | while IFS='|' read -r part id name up service image; do
  say container "$part $up $name $service $image"
done
say docker "$(docker version --format "${o}.Server.Version$c" 2>/dev/null || docker --version)"

seen=$(for part in server scheduler worker; do
  for id in $(ids_of "$part" true); do
    known=$(docker inspect -f "${o}json .Config.Env$c" "$(docker inspect -f "${o}.Image$c" "$id")" 2>/dev/null || echo '[]')
    inside "$id" python -c "$settings_program" "$key" "$part" "$known" "$database" ||
      echo "unseen the settings of a $part"
    docker inspect -f "${o}json .Mounts$c" "$id" | grep -o '"Destination":"[^"]*"' | sed 's/^[^:]*:/mount /; s/"//g' || true
    [ "$part" = server ] || continue
    echo "version $(inside "$id" sh -c 'sed -n "s/^__version__ = .\([0-9a-z.-]*\).*/\1/p" redash/__init__.py' || true)"
  done
done)
# A line for each value: its variable, its fingerprint, the roles that have it.
told "$seen"
printf '%s\n' "$seen" | grep -E '^(unseen|version|mount) ' | sort -u | while IFS=' ' read -r about text; do say "$about" "$text"; done
printf '%s\n' "$seen" | grep -E '^setting [A-Za-z0-9_]+ [0-9a-f]{16} [a-z]+$' | awk '{ k = $2 " " $3
    if (index("," roles[k] ",", "," $4 ",") == 0) roles[k] = roles[k] (roles[k] == "" ? "" : ",") $4 }
  END { for (k in roles) print "@setting_of " k " " roles[k] }' >&3
asked=$(first server)
{ [ -n "$asked" ] && queues=$(inside "$asked" python -c "$queues_program" look) && told "$queues"; } ||
  say unseen "queues and paused data sources: redis does not answer by the address that the server has"

find_superuser
[ -n "$superuser" ] || give_up "psql in the PostgreSQL container opens database $database for no superuser"
say postgres_user "$superuser"
for setting in server_version wal_level max_replication_slots max_wal_senders wal_sender_timeout; do
  say setting "$setting $(sql "SHOW $setting")"
done
say fixed "$(sql "SELECT string_agg(name, ' ') FROM pg_settings WHERE source = 'command line' AND name IN ('wal_level', 'max_replication_slots', 'max_wal_senders', 'wal_sender_timeout')")"
say data_free_kilobytes "$(inside "$database_container" df -Pk "$(sql 'SHOW data_directory')" | awk 'NR==2 { print $4 }')"
ports=$(docker inspect -f "${o}json .HostConfig.PortBindings$c" "$database_container")
say ports "$ports"
