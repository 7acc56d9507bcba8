# Stops what is left, the database, and removes what the migration laid down; data and volumes stay.

docker rm -f redash-migration-port >/dev/null 2>&1 || true
# Not even a host that is started anew runs it again.
# shellcheck disable=SC2046 # ids are words
docker update --restart=no $(printf '%s\n' "$ours" | awk -F'|' '$1 != "other" { print $2 }') || true
# shellcheck disable=SC2046 # ids are words
stop_all 60 $(printf '%s\n' "$ours" | awk -F'|' '$1 != "other" && $4 == "true" { print $2 }')
rm -rf "$directory/.redash-migration"
say stopped all
