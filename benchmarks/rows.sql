CREATE TEMPORARY TABLE words AS
    SELECT place, translate(substr(md5(place::text), 1, 3 + place % 9), '0123456789', 'ghijklmnop')
           AS word
    FROM generate_series(1, 30000) place;
CREATE UNIQUE INDEX ON words (place);
-- A result is JSON text that compresses as such results do; one in a thousand is a large one.
INSERT INTO query_results
    (org_id, data_source_id, query_hash, query, data, runtime, retrieved_at)
SELECT 1, 1 + n % 5, md5(n::text), 'SELECT * FROM 売上 WHERE id = ' || n,
       '{"columns": [{"name": "顧客"}], "rows": [' || (
           SELECT string_agg('{"顧客": "' || substr(md5((n * 7 + k)::text), 1, 12)
                             || '", "金額": ' || (n * k) % 99991 || '}', ', ')
           FROM generate_series(1, CASE WHEN n % 1000 = 0 THEN 4000 ELSE 40 + n % 260 END) k)
       || ']}',
       n * 0.001, timestamptz '2026-01-31 02:00Z' - n * interval '1 minute'
FROM generate_series(1, current_setting('bench.results')::integer) n;
-- Made anew once the rows are there: filling takes a fraction of the time.
DROP INDEX ix_queries_search_vector;
INSERT INTO queries (
    updated_at, created_at, version, org_id, data_source_id, latest_query_data_id, name,
    description, query, query_hash, api_key, user_id, last_modified_by_id, is_archived, is_draft,
    schedule, schedule_failures, options, search_vector, tags)
SELECT now(), now(), 1 + n % 4, 1, 1 + n % 5,
       1 + n % current_setting('bench.results')::integer, '日次売上 ' || n,
       CASE WHEN n % 3 = 0 THEN 'ダッシュボード用 ' || n END, made.query, md5(made.query),
       substr(md5(n::text) || md5(n::text), 1, 40), 1 + n % 50, 1 + n % 50, n % 20 = 0, n % 7 = 0,
       CASE WHEN n % 4 = 0 THEN '{"interval": 3600}'::jsonb END, 0, '{"parameters": []}',
       setweight(to_tsvector('simple', n::text), 'B')
       || setweight(to_tsvector('simple', '日次売上 ' || n), 'A')
       || setweight(to_tsvector('simple', made.query), 'D'),
       CASE WHEN n % 3 = 0 THEN ARRAY['売上', 'daily'] END
FROM generate_series(1, current_setting('bench.queries')::integer) n,
     -- bench.own per cent of a query's words are its own, as literals are; the rest are shared.
     LATERAL (SELECT string_agg('  t.' || CASE
                  WHEN place * 7 % 100 < current_setting('bench.own')::integer
                  THEN translate(substr(md5(n || '.' || place), 1, 10), '0123456789', 'ghijklmnop')
                  ELSE word END || ' AS c' || place, E',\n') AS query
              FROM words WHERE place BETWEEN 1 + (n * 7919) % 29000
                                         AND 1 + (n * 7919) % 29000 + 40 + n % 320) made;
SET maintenance_work_mem = '96MB';
CREATE INDEX ix_queries_search_vector ON queries USING gin (search_vector);
INSERT INTO visualizations (query_id, name) SELECT id, 'Table' FROM queries;
INSERT INTO events
    (org_id, user_id, action, object_type, object_id, additional_properties, created_at)
SELECT 1, 1 + n % 50, (ARRAY['view', 'execute', 'edit'])[1 + n % 3], 'query', (n % 5000)::text,
       jsonb_build_object('user_name', '山田', 'ip', '10.0.' || n % 256 || '.1', 'n', n),
       timestamptz '2026-01-31 02:00Z' - n * interval '1 second'
FROM generate_series(1, current_setting('bench.events')::integer) n;
