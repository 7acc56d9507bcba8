# The schema by the source's own pg_dump, printed part by part.

mkdir -p "$directory/.redash-migration"
file=$directory/.redash-migration/schema
if [ "$part" -eq 1 ]; then
  find_superuser
  [ -n "$superuser" ] || give_up "psql in the PostgreSQL container opens database $database for no superuser"
  # Under a name of its own: the same step may be at work twice, and neither reads a half.
  # Set for the database or the role, these would change how the dump spells texts and money.
  inside -e "PGDATABASE=$database" \
    -e "PGOPTIONS=-c standard_conforming_strings=on -c lc_monetary=C" "$database_container" sh -c \
    'export PGPASSWORD="${POSTGRES_PASSWORD:-${POSTGRESQL_POSTGRES_PASSWORD:-${POSTGRESQL_PASSWORD:-}}}"; exec pg_dump "$@"' \
    pg_dump -U "$superuser" \
    --schema-only --no-owner --no-acl --encoding=UTF8 "--exclude-schema=$canary" > "$file.$$.sql"
  gzip -9 -n -c "$file.$$.sql" | base64 | tr -d '\n' > "$file.$$"
  rm -f "$file.$$.sql"
  mv -f "$file.$$" "$file"
fi
size=$(wc -c < "$file" | tr -d ' ')
say parts $(((size + limit - 1) / limit))
say part "$part"
{
  printf '@data '
  tail -c "+$(((part - 1) * limit + 1))" "$file" | head -c "$limit"
  printf '\n'
} >&3
