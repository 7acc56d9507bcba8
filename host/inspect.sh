# What the old host runs: containers, versions, disk, its settings as keyed fingerprints.

printf '%s\n' "$ours" | while IFS='|' read -r part id name up service image; do
  say container "$part $up $name $service $image"
done
say docker "$(docker version --format "${o}.Server.Version$c" 2>/dev/null || docker --version)"

seen=$(for part in server scheduler worker; do
  for id in $(ids_of "$part" true); do
    known=$(docker inspect -f "${o}json .Config.Env$c" "$(docker inspect -f "${o}.Image$c" "$id")" 2>/dev/null || echo '[]')
    inside "$id" python -c "$entry_program" "$settings_program" "$key" "$part" "$known" "$database" ||
      echo "unseen the settings of a $part"
    docker inspect -f "${o}json .Mounts$c" "$id" | grep -o '"Destination":"[^"]*"' | sed 's/^[^:]*:/mount /; s/"//g' || true
    [ "$part" = server ] || continue
    echo "version $(inside "$id" sh -c 'sed -n "s/^__version__ = .\([0-9a-z.-]*\).*/\1/p" redash/__init__.py' || true)"
  done
done)
# A line for each value: its variable, its fingerprint, the roles that have it.
told "$seen"
printf '%s\n' "$seen" | grep -E '^(unseen|version|mount) ' | sort -u | while IFS=' ' read -r about text; do say "$about" "$text"; done
printf '%s\n' "$seen" | grep -E '^(setting|baked) [A-Za-z0-9_]+ [0-9a-f]{16} [a-z]+$' | awk '{ k = $1 "_of " $2 " " $3
    if (index("," roles[k] ",", "," $4 ",") == 0) roles[k] = roles[k] (roles[k] == "" ? "" : ",") $4 }
  END { for (k in roles) print "@" k " " roles[k] }' >&3
asked=$(first server)
{ [ -n "$asked" ] && queues=$(inside "$asked" python -c "$entry_program" "$queues_program" look) && told "$queues"; } ||
  say unseen "queues and paused data sources: redis does not answer by the address that the server has"

# Who else acts on these containers: what is stopped has to stay down, and be there to be started.
# shellcheck disable=SC2046 # ids are words
docker inspect -f "${o}.Name$c ${o}.HostConfig.AutoRemove$c ${o}json .Config.Labels$c" \
  $(printf '%s\n' "$ours" | awk -F'|' '$1 ~ /^(scheduler|proxy|server|worker|database)$/ { print $2 }') |
  while read -r name removed labels; do
    case $removed$labels in
      *\"com.docker.swarm.task*) keeper=swarm ;;
      *\"io.kubernetes.*) keeper=kubernetes ;;
      *\"com.amazonaws.ecs.*) keeper=ecs ;;
      *\"com.hashicorp.nomad*) keeper=nomad ;;
      *\"PODMAN_SYSTEMD_UNIT\":\"podman-compose@*) continue ;;
      *\"PODMAN_SYSTEMD_UNIT\"*) keeper=systemd ;;
      true*) keeper=rm ;;
      *) continue ;;
    esac
    say keeper "$keeper ${name#/}"
  done
printf '%s\n' "$found" | awk -F'|' '$4 == "true" && $6 ~ /watchtower|ouroboros|autoheal/ { print $3 }' |
  while read -r name; do say keeper "watcher $name"; done
for process in $(grep -sl -e '[-]-abort-on-container' -e '[-]-exit-code-from' /proc/[0-9]*/cmdline || true); do
  case $(tr '\000' ' ' < "$process" 2>/dev/null || true) in *compose*" up "*) ;; *) continue ;; esac
  [ "$(readlink "${process%/cmdline}/cwd" || true)" != "$here" ] || say keeper "compose $project"
done

# What the proxy does besides passing requests on: the new home has none. Directives, and no values.
directives() {
  sed 's/#.*//' | tr '{};' '\n\n\n' | awk '
    $1 ~ /^(auth_basic|ssl_verify_client|auth_request|auth_jwt)$/ { if ($2 != "off") print $1 }
    $1 == "allow" && $2 == "all" { next }
    $1 ~ /^(return|rewrite)$/ && /https:\/\/\$(host|http_host|server_name)/ { next } # as a load balancer does
    $1 == "return" && $2 ~ /^(444|503)$/ { next } # to hosts that it does not know
    $1 ~ /^(allow|deny|limit_req|limit_conn|rewrite|return|add_header|sub_filter|proxy_hide_header|proxy_cookie_(domain|path))$/ { print $1 }
    # What is taken away, and what repeats the request, no Redash misses.
    $1 == "proxy_set_header" && $3 != "\"\"" {
      if (tolower($2) !~ /^(host|x-real-ip|x-forwarded-(for|proto|host|port|server|scheme|ssl|uri|method)|x-original-(uri|url|method)|forwarded|upgrade|connection|early-data|accept-encoding|x-scheme)$/) print $1 ":" $2
    }
    $1 ~ /^(proxy|grpc|uwsgi|fastcgi)_pass$/ { sub(/^[a-z]+:\/\//, "", $2); sub(/[\/?].*/, "", $2); to[$2] = 1 }
    END { for (one in to) sites++; if (sites > 1) print "sites:" sites }' | tr -cd 'A-Za-z0-9_:\n-' | sort -u | tr '\n' ' '
}
# Caddy, HAProxy and Apache by their files; Traefik by its files' keys and by labels.
of_others() {
  given=$(cat)
  {
    printf '%s\n' "$given" | sed 's/#.*//; s/{[[:space:]]*$//' | tr -d '\r"' | awk '
      { one = tolower($1); two = tolower($2); three = tolower($3); known = "^(host|x-real-ip|x-forwarded-|forwarded|proxy$)" }
      one ~ /^(basic_?auth|forward_auth|rate_limit|client_auth|abort|respond|rewrite|uri|handle_path|header)$/ { print one }
      one == "redir" && !index($0, "https://{host}") { print one }
      one == "header_up" && two !~ known { print one ":" two }
      { for (i = 1; i <= NF; i++) if ($i ~ /^(remote_ip|client_ip)$/) print $i }
      one == "http-request" && two ~ /^(deny|auth|tarpit|reject|set-path|replace-path)$/ { print one ":" two }
      one == "http-request" && two ~ /^(set|add)-header$/ && three !~ known { print two ":" three }
      one ~ /^(http-request|redirect)$/ && /redirect/ && !/redirect scheme https/ { print "redirect" }
      one == "acl" && three == "src" { print "acl:src" }
      one ~ /^(authtype|sslverifyclient|rewriterule)$/ && two != "none" && !index($0, "https://%{") { print one }
      one == "require" && two !~ /^(all|method)$/ { print one ":" two }
      one ~ /^(allow|deny)$/ && two == "from" && three != "all" { print one }
      one == "requestheader" && three !~ known { print one ":" three }
      one == "reverse_proxy" && NF > 1 || one == "proxypass" { sub(/^[a-z]+:\/\//, "", $NF); sub(/\/.*/, "", $NF); to[$NF] = 1 }
      one == "backend" { to[two] = 1 }
      END { for (a in to) sites++; if (sites > 1) print "sites:" sites }'
    printf '%s\n' "$given" | grep -oiE 'basicauth|digestauth|forwardauth|ip(white|allow)list|ratelimit|stripprefix|replacepath|addprefix|redirectregex|frontend[.]auth' | tr 'A-Z' 'a-z'
  } | tr -cd 'A-Za-z0-9_:\n-' | sort -u | tr '\n' ' '
}
their_files='cat /etc/caddy/Caddyfile /usr/local/etc/haproxy/haproxy.cfg /etc/haproxy/haproxy.cfg /usr/local/apache2/conf/httpd.conf /etc/apache2/sites-enabled/* /etc/httpd/conf.d/*.conf /etc/traefik/*.y*ml /etc/traefik/*.toml /etc/traefik/*/* 2>/dev/null'
labels_of() { docker inspect -f "${o}json .Config.Labels$c" "$@" | awk '{ gsub(/","/, "\"\n\""); print }'; }
labelled=$(labels_of "$(first server)" | grep -F '"traefik.' || true)
# A middleware may stand at any container: those of several sites share it.
for one in $(printf '%s\n' "$labelled" | sed -n 's/.*[.]middlewares":"//p' | sed 's/@[a-z]*//g' | tr ',' ' ' | tr -cd 'A-Za-z0-9_ \n-'); do
  # shellcheck disable=SC2086 # ids are words
  labelled=$(printf '%s\n' "$labelled" && labels_of $ids | grep -F ".middlewares.$one." || true)
done
proxies=$(ids_of proxy true && proxies_beside)
for id in $proxies; do
  name=$(docker inspect -f "${o}.Name$c" "$id")
  runs=$(docker inspect -f "${o}.Config.Image$c ${o}json .Config.Entrypoint$c ${o}json .Config.Cmd$c" "$id")
  case $runs in
    *oauth2[-_]proxy* | *pomerium* | *authelia*) say proxy "${name#/} signs-in" && continue ;;
    # What these do stands in a store of their own; nginx, where they are made of it, tells nothing of it.
    kong* | */kong* | *apisix* | *envoy*) say proxy "${name#/} unseen" && continue ;;
  esac
  if does=$(inside "$id" nginx -T 2>/dev/null); then
    say proxy "${name#/} $(printf '%s\n' "$does" | directives)"
  elif does=$(inside "$id" sh -c "$their_files" 2>/dev/null | grep .) || does=$labelled && [ -n "$does" ]; then
    say proxy "${name#/} $(printf '%s\n' "$does" | of_others)"
  else
    say proxy "${name#/} unseen"
  fi
done
[ -z "$labelled" ] || say proxy "traefik $(printf '%s\n' "$labelled" | of_others)"
if [ -z "$proxies" ]; then
  if [ -s /run/nginx.pid ] && does=$(nginx -T 2>/dev/null); then
    say proxy "host $(printf '%s\n' "$does" | directives)"
  elif grep -qsxE 'caddy|haproxy|apache2|httpd|traefik' /proc/[0-9]*/comm && does=$(sh -c "$their_files" | grep .); then
    say proxy "host $(printf '%s\n' "$does" | of_others)"
  fi
fi

say clock "$(date +%s)"
if [ ! -d "$here" ]; then
  say directory missing
elif [ ! -w "$here" ]; then
  say directory read-only
else
  say directory "$(df -Pk "$here" | awk 'NR==2 { print $4 }')"
fi

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
say databases "$(sql "SELECT count(*) FROM pg_database WHERE NOT datistemplate AND datname NOT IN (current_database(), 'postgres')")"
