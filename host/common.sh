# What every action begins with. POSIX sh: dash, bash, busybox. It needs docker and coreutils.
#
# The docker command alone is asked, never Compose: containers carry their project and service as
# labels whatever wrote them (docker-compose 1.22 or docker compose 2.x, with or without
# COMPOSE_FILE), and stopping or starting a container changes none of its definition.

set -eu
umask 077
PATH=$PATH:/usr/local/bin:/usr/local/sbin:/snap/bin:/opt/bin
mark='written by the Redash migration'

# What has to be said is a line "@key value": flattened, so that no value can begin a line. Nothing
# else reaches standard output, whatever a program prints.
exec 3>&1 1>&2
say() { printf '@%s %s\n' "$1" "$(printf '%s' "$2" | tr '\000-\037\177' ' ' | cut -c 1-4000)" >&3; }
give_up() { say problem "$1"; exit 1; }
decoded() { printf '%s' "$1" | base64 -d; }

# A Go template's brackets; two braces together would be a parameter to Systems Manager.
o='{''{'
c='}''}'

# What a pattern's end means is its reader's matter: one may let a line break through behind it.
case ${directory-}${key-}${database_text-}${role_text-}${containers_text-}${port-}${part-}${drain-} in
  *[!A-Za-z0-9+/=._-]*) give_up "a parameter is not of its form" ;;
esac

command -v docker >/dev/null 2>&1 || give_up "docker is not found: neither in PATH nor in its usual places"

# One container a line: id, name, running, project, its directory, service, image, what it runs.
containers() {
  [ -n "$ids" ] || return 0
  label="index .Config.Labels \"com.docker.compose"
  # shellcheck disable=SC2086 # ids are words
  docker inspect -f "${o}.Id$c|${o}.Name$c|${o}.State.Running$c|$o$label.project\"$c|$o$label.project.working_dir\"$c|$o$label.service\"$c|${o}.Config.Image$c|${o}json .Config.Entrypoint$c ${o}json .Config.Cmd$c" $ids |
    sed 's/|<no value>/|/g'
}

# What a container is, by what it runs: names and images are the operator's own.
role_of() { # image, what it runs
  # What waits for a store before it starts names that too: wait-for-it.sh postgres:5432 -- server.
  runs=$(printf '%s' "$2" | sed 's/[^" ]*wait[^" ]*//g; s/[^" ]*:[0-9][0-9]*[^" ]*//g')
  case $2 in
    *bin/docker-entrypoint[!.]*server* | *bin/docker-entrypoint[!.]*scheduler* | *bin/docker-entrypoint[!.]*worker* | *manage.py* | *redash.wsgi*) ;;
    *)
      case $1,$runs in # what looks on, and what stands beside a proxy, is neither
        *[-_]exporter* | *[-_]companion* | *docker-gen* | *certbot*) echo other && return ;;
      esac
      case $runs in
        *redis-server* | *valkey-server* | *keydb-server* | *dragonfly*) echo queues && return ;;
        *nginx* | *caddy* | *traefik* | *haproxy* | *httpd* | *openresty* | *envoy* | *oauth2[-_]proxy* | *cloudflared*) echo proxy && return ;;
        *postgres*) echo database && return ;;
      esac
      ;;
  esac
  case $runs in
    *gunicorn*' rq '[sw][co][hr]* | *' rq '[sw][co][hr]*gunicorn* | *'entrypoint '[sw][co][hr]*'entrypoint server'* | *'entrypoint server'*'entrypoint '[sw][co][hr]*) echo several && return ;;
  esac
  case $runs in
    *create_db*server* | *create_tables*server* | *upgrade*server* | *gunicorn*) echo server ;;
    *create_db* | *create_tables* | *'"db" "upgrade"'*) echo other ;;
    *scheduler*) echo scheduler ;;
    *celery* | *worker*) echo worker ;;
    *'"server"'* | *'dev_server'* | *' server"'* | *runserver*) echo server ;;
    *)
      case $1 in
        *redis* | *valkey*) echo queues ;;
        *nginx* | *oauth2[-_]proxy* | *https-portal* | */swag* | *pomerium* | *authelia* | kong* | */kong* | *apisix* | *ngrok* | *cloudflared*) echo proxy ;;
        *postgres*) echo database ;;
        *) echo other ;;
      esac
      ;;
  esac
}

# The containers of the one Redash, with their roles: role|id|name|running|service|image
environment_of() { docker inspect -f "${o}json .Config.Env$c" "$1"; }
survey() {
  found=$(containers | while IFS='|' read -r id name up project place service image runs; do
    [ "${project:-}" != redash-migration ] || continue
    part=$(role_of "$image" "$runs")
    case $part,$image in
      *,*redash*) ;;
      server,* | scheduler,* | worker,*) environment_of "$id" | grep -q '"REDASH_' || part=other ;;
    esac
    # The directory may be reached by a link.
    [ -z "$place" ] || place=$(cd "$place" 2>/dev/null && pwd -P || printf '%s' "$place")
    printf '%s|%s|%s|%s|%s|%s|%s|%s\n' "$part" "$id" "${name#/}" "$up" \
      "${service:-${name#/}}" "$image" "$project" "$place"
  done)
  servers=$(printf '%s\n' "$found" | awk -F'|' '$1 == "server"')
}
reached() { ids=$(docker ps -aq --no-trunc) && survey; }
# A daemon that runs without root listens in its user's own directory, maybe beside that of the host.
reached_elsewhere() {
  for socket in /run/user/*/docker.sock; do
    [ -S "$socket" ] || continue
    export DOCKER_HOST="unix://$socket"
    ! reached || [ -z "$servers" ] || return 0
  done
  unset DOCKER_HOST
  return 1
}
# Podman without root keeps each user's containers from all others, root included.
rootless() {
  for process in /proc/[0-9]*/comm; do
    [ "$(cat "$process" 2>/dev/null)" = conmon ] || continue
    owner=$(stat -c %U "$process" 2>/dev/null || true)
    [ "${owner:-root}" = root ] || { printf '; the user %s has containers of its own (rootless Podman), which nobody else can stop or start: run Redash as root there' "$owner" && return; }
  done
}
alone() {
  all=$(of_several_roles)
  if [ -n "$all" ]; then
    printf ' alone: give each role a container of its own, server, scheduler and workers, in place of %s' "${all% }"
  else
    printf '; start Redash first'
  fi
}
# One container for every role: its scheduler neither stops before users are locked out nor starts
# after they are back.
of_several_roles() {
  printf '%s\n' "$found" | awk -F'|' '$1 ~ /^(several|other)$/ && $4 == "true" { print $2, $3 }' | while read -r id name; do
    if environment_of "$id" | grep -q '"REDASH_DATABASE_URL=[^"]'; then printf '%s ' "$name"; fi
  done
}
look() {
  servers='' silent=''
  reached || silent="docker does not answer to $(id -un)"
  [ -n "$servers" ] || reached_elsewhere ||
    give_up "${silent:-no container runs a Redash server$(alone)}$(rootless)"
  here=$(cd "$directory" 2>/dev/null && pwd -P || printf '%s' "$directory")
  base=$(basename "$here" | tr 'A-Z' 'a-z' | tr -cd 'a-z0-9_-')
  project=$(printf '%s\n' "$servers" | awk -F'|' -v b="$here" -v n="$base" '
    { seen[$7] = 1 } $8 == b { by_place[$7] = 1 } $7 == n { by_name = 1 }
    END {
      if (n in by_place) { print n; exit }
      count = 0
      for (p in by_place) { count++; only = p }
      if (count == 0 && by_name) { print n; exit }
      if (count == 0) for (p in seen) { count++; only = p }
      print count == 1 ? only : "|"
    }')
  [ "$project" != '|' ] ||
    give_up "several Redash projects are on this host: ComposeDirectory has to be the directory of one, and of no other"
  ours=$(printf '%s\n' "$found" | awk -F'|' -v p="$project" \
    '$7 == p && (p != "" || $1 != "other") { print $1 "|" $2 "|" $3 "|" $4 "|" $5 "|" $6 }')
  only_one database 'REDASH_DATABASE_URL|DATABASE_URL'
  only_one queues 'REDASH_REDIS_URL|REDIS_URL'
}
# Redash's own PostgreSQL and redis are those that its address names: a second one of its project may
# be a data source, and a project of their own may hold them.
only_one() { # role, variable
  count=$(ids_of "$1" | grep -c . || true)
  [ "$count" -ne 1 ] || return 0
  # Read here and shown nowhere: an address may hold a password.
  address=$(environment_of "$(ids_of server | head -n 1)" | grep -Eo "\"($2)=[^\"]*\"" | head -n 1 |
    sed 's/^[^=]*=//; s/.*@//; s/^[a-z0-9+]*:\/\///; s/[:\/?"].*//')
  if [ "$count" -eq 0 ]; then
    near=$(printf '%s\n' "$found" | awk -F'|' -v OFS='|' -v r="$1" -v a="$address" '
      $1 == r && a != "" && ($3 == a || $5 == a) { print $1, $2, $3, $4, $5, $6 }')
    [ "$(printf '%s\n' "$near" | grep -c .)" -ne 1 ] || ours=$(printf '%s\n%s' "$ours" "$near")
    return 0
  fi
  ours=$(printf '%s\n' "$ours" | awk -F'|' -v OFS='|' -v r="$1" -v a="$address" \
    '$1 == r && $3 != a && $5 != a { $1 = "other" } { print }')
  [ "$(ids_of "$1" | grep -c .)" -eq 1 ] ||
    give_up "several containers could be Redash's own $1, and the server's settings name none of them"
}

ids_of() { printf '%s\n' "$ours" | awk -F'|' -v r="$1" -v up="${2:-}" '$1 == r && (up == "" || $4 == up) { print $2 }'; }
first() { ids_of "$1" true | head -n 1; }
inside() { docker exec "$@" </dev/null; }

networks_of() {
  docker inspect -f "${o}range \$name, \$one := .NetworkSettings.Networks$c${o}\$name$c ${o}\$one.IPAddress$c
${o}end$c" "$1" | awk '{ print $1 }'
}
# A proxy of its own project may stand before several sites: it is on a network that Redash is on.
proxies_beside() {
  near=$(networks_of "$(first server)")
  printf '%s\n' "$found" | awk -F'|' -v p="$project" '$1 == "proxy" && $4 == "true" && $7 != p { print $2 }' |
    while read -r id; do
      if networks_of "$id" | grep -qFx -e host -e "$near"; then echo "$id"; fi
    done
}

# psql as whoever is PostgreSQL's superuser there; the password, where one is needed, stays inside.
sql() {
  # The server itself writes where it listens ("postmaster.pid", its fourth line): not always 5432.
  inside -e "PGDATABASE=$database" "$database_container" sh -c \
    'export PGPASSWORD="${POSTGRES_PASSWORD:-${POSTGRESQL_POSTGRES_PASSWORD:-${POSTGRESQL_PASSWORD:-}}}"
    own=$(sed -n 4p "${PGDATA:-/var/lib/postgresql/data}/postmaster.pid" 2>/dev/null || true)
    export PGPORT="${own:-${PGPORT:-5432}}"; exec psql "$@"' \
    psql -X -q -v ON_ERROR_STOP=1 -U "$superuser" -At -c "$1"
}
find_superuser() {
  [ -n "$database_container" ] || give_up "no container runs PostgreSQL; this migration moves one that does"
  for superuser in "$(inside "$database_container" printenv POSTGRES_USER || true)" \
    "$(inside "$database_container" printenv POSTGRESQL_USERNAME || true)" postgres "$role"; do
    [ -n "$superuser" ] || continue
    if [ "$(sql "SELECT 'yes' FROM pg_roles WHERE rolname = current_user AND rolsuper" 2>/dev/null)" = yes ]; then
      return 0
    fi
  done
  superuser=
}

stop_all() { # seconds, ids
  patience=$1
  shift
  [ $# -eq 0 ] || docker stop -t "$patience" "$@"
}
await_database() { # seconds
  deadline=$(($(date +%s) + $1))
  while [ "$(date +%s)" -lt "$deadline" ]; do
    find_superuser
    [ -z "$superuser" ] || return 0
    sleep 1
  done
  return 1
}

# What a program inside a container says, as far as it has the form of an answer to us.
told() { printf '%s\n' "$1" | grep -E '^@(queues?|paused|left|stays|served|worker_at|hostname|database_is_the_secret_s) [A-Za-z0-9_.:@ -]*$' >&3 || true; }

database=$(decoded "$database_text")
role=$(decoded "$role_text")
look
database_container=$(ids_of database | head -n 1)
