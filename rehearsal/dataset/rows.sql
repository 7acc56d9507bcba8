-- Rows made inside the server. Sizes, seed and the first user's API key come as rehearsal.*
-- session settings; the same seed gives the same rows.
CREATE FUNCTION pg_temp.size(name text) RETURNS int LANGUAGE sql STABLE AS
    $$ SELECT current_setting('rehearsal.' || name)::int $$;
CREATE FUNCTION pg_temp.draw(number bigint, salt int, size int) RETURNS int LANGUAGE sql STABLE AS
    $$ SELECT ((hashint8extended(number, pg_temp.size('seed') * 1000 + salt) & 2147483647) % size)::int $$;
CREATE FUNCTION pg_temp.word(number bigint, salt int) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT ('{売上,顧客,在庫,月次,日次,解約率,新規登録,広告費,問い合わせ,配送,地域別,部門別,請求,継続率,訪問者,注文,髙橋様,①番倉庫,signup,revenue,cohort,funnel}'::text[])
        [1 + pg_temp.draw(number, salt, 22)] $$;
CREATE FUNCTION pg_temp.form(number bigint, salt int) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT ('{レポート,集計,一覧,推移,ランキング,速報,分析,確認,report,daily}'::text[])
        [1 + pg_temp.draw(number, salt, 10)] $$;
CREATE FUNCTION pg_temp.past(number bigint, salt int) RETURNS timestamptz LANGUAGE sql STABLE AS
    $$ SELECT timestamptz '2026-06-01 09:00+09' - pg_temp.draw(number, salt, 63072000) * interval '1 s' $$;

INSERT INTO organizations (updated_at, created_at, name, slug, settings)
    VALUES (now(), '2019-04-01 00:00+09', '株式会社リハーサル', 'default',
            '{"feature_show_permissions_control": false, "date_format": "YYYY/MM/DD"}');
INSERT INTO groups (org_id, type, name, permissions, created_at) VALUES
    (1, 'builtin', 'admin', '{admin,super_admin}', '2019-04-01 00:00+09'),
    (1, 'builtin', 'default', '{create_dashboard,create_query,edit_dashboard,edit_query,view_query,view_source,execute_query,list_users,schedule_query,list_dashboards,list_alerts,list_data_sources}', '2019-04-01 00:00+09'),
    (1, 'regular', '経理部', '{}', '2020-10-01 00:00+09');
INSERT INTO users (updated_at, created_at, org_id, name, email, password_hash, groups, api_key, disabled_at, details)
    SELECT now(), pg_temp.past(n, 1), 1, ('{佐藤,鈴木,高橋,田中,伊藤,渡邊,山本,O''Neil}'::text[])[1 + n % 8] || ' ' || n,
        'user' || n || '@example.jp', CASE WHEN n % 5 <> 0 THEN '$6$rounds=656000$' || md5('password' || n) END,
        CASE WHEN n = 1 THEN '{1,2}'::int[] WHEN n % 7 = 0 THEN NULL WHEN n % 3 = 0 THEN '{2,3}' ELSE '{2}' END,
        CASE WHEN n = 1 THEN current_setting('rehearsal.api_key') ELSE left(md5('key' || n || pg_temp.size('seed')) || md5(n::text), 40) END,
        CASE WHEN n % 11 = 0 THEN now() END,
        CASE WHEN n % 13 = 0 THEN NULL ELSE jsonb_build_object('active_at', pg_temp.past(n, 2)) END
    FROM generate_series(1, pg_temp.size('users')) AS n;
INSERT INTO data_source_groups (data_source_id, group_id, view_only)
    SELECT d.id, g.id, g.id = 3 FROM data_sources AS d, groups AS g WHERE g.id > 1;
INSERT INTO notification_destinations (org_id, user_id, name, type, encrypted_options, created_at)
    SELECT 1, 1, name || ' への通知', 'slack', encrypted_options, now() FROM data_sources ORDER BY id LIMIT 2;

-- Results: a few bodies of many sizes, put together with a part of each row's own.
CREATE TEMP TABLE bodies AS
    SELECT b AS id, (SELECT json_agg(json_build_object('月', n, '分類', pg_temp.word(b * 100 + n, 3),
            '件数', pg_temp.draw(b * 1000 + n, 4, 100000), '備考', md5(b || '-' || n)))::text
        FROM generate_series(1, 1 + (b * b) / 36) AS n) AS rows
    FROM generate_series(0, 63) AS b;
INSERT INTO query_results (org_id, data_source_id, query_hash, query, data, runtime, retrieved_at)
    SELECT 1, 1, md5('large'), 'SELECT * FROM 全件', '{"columns": [{"name": "行", "type": "string"}], "rows": [' ||
        string_agg('{"行": "' || md5(n::text || pg_temp.size('seed')) || 'の長い結果、東京都千代田区"}', ', ') || ']}', 61.5, now()
    FROM generate_series(1, 130000) AS n;
INSERT INTO query_results (org_id, data_source_id, query_hash, query, data, runtime, retrieved_at)
    SELECT 1, 1 + pg_temp.draw(n, 5, (SELECT count(*)::int FROM data_sources)), md5(n::text),
        'SELECT * FROM 注文 WHERE 番号 = ' || n || E' -- \\ "quoted"\n',
        CASE WHEN n % 97 = 0 THEN NULL WHEN n % 89 = 0 THEN ''
            ELSE '{"columns": [{"name": "月", "type": "integer", "friendly_name": "月"}], "number": ' || n || ', "rows": ' || b.rows || '}' END,
        pg_temp.draw(n, 6, 100000) / 777.0, pg_temp.past(n, 7)
    FROM generate_series(2, pg_temp.size('query_results')) AS n
    JOIN bodies AS b ON b.id = pg_temp.draw(n, 8, 64) ORDER BY n;

INSERT INTO queries (updated_at, created_at, version, org_id, data_source_id, latest_query_data_id, name, description,
        query, query_hash, api_key, user_id, last_modified_by_id, is_archived, is_draft, schedule, schedule_failures, options, tags)
    SELECT pg_temp.past(n, 10), pg_temp.past(n, 10) - interval '90 days', 1 + n % 5, 1,
        CASE WHEN n % 31 <> 0 THEN 1 + pg_temp.draw(n, 11, (SELECT count(*)::int FROM data_sources)) END,
        CASE WHEN n = 1 THEN 1 WHEN n % 10 <> 0 THEN 1 + pg_temp.draw(n, 12, pg_temp.size('query_results') - 20) END,
        pg_temp.word(n, 13) || ' ' || pg_temp.form(n, 14) || ' ' || n,
        CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE pg_temp.word(n, 15) || ' を ' || pg_temp.word(n, 16) || ' ごとに集計します。' END,
        'SELECT date_trunc(''month'', created_at) AS 月, count(*) AS "' || pg_temp.word(n, 17) || '" -- ' || pg_temp.form(n, 18) ||
            E'\nFROM ' || md5(n::text) || ' AS t' || (SELECT string_agg(E'\nLEFT JOIN ' || pg_temp.word(n * 16 + j, 19) || j || ' USING (c' || pg_temp.draw(n * 16 + j, 20, 5000) || ')', '')
            FROM generate_series(1, 1 + n % 12) AS j) || E'\nWHERE id = {{ id }}; -- \t\\',
        md5('query' || n), left(md5('api' || n) || md5(n::text), 40), 1 + pg_temp.draw(n, 21, pg_temp.size('users')),
        CASE WHEN n % 3 <> 0 THEN 1 + pg_temp.draw(n, 22, pg_temp.size('users')) END, n % 17 = 0, n % 6 = 0,
        CASE WHEN n % 9 = 0 AND n % 17 <> 0 THEN '{"interval": 3600, "time": null, "day_of_week": null, "until": null}'::jsonb WHEN n % 50 = 1 THEN 'null'::jsonb END,
        n % 4, CASE WHEN n % 2 = 0 THEN '{}' ELSE '{"parameters": [{"name": "id", "title": "番号", "type": "number", "value": 1.50}]}' END::jsonb,
        CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '{}' WHEN 2 THEN ARRAY[pg_temp.word(n, 23), 'a,b "c"', NULL] ELSE ARRAY[pg_temp.word(n, 24)] END
    FROM generate_series(1, pg_temp.size('queries')) AS n;
INSERT INTO visualizations (updated_at, created_at, type, query_id, name, description, options)
    SELECT q.updated_at, q.created_at, CASE WHEN q.id % 3 = 0 THEN 'CHART' ELSE 'TABLE' END, q.id, 'Table', CASE WHEN q.id % 2 = 0 THEN '' END,
        CASE WHEN q.id % 8 <> 0 THEN '{"itemsPerPage": 25}'::jsonb END
    FROM queries AS q WHERE q.id <= pg_temp.size('queries') - 5 ORDER BY q.id;
INSERT INTO dashboards (updated_at, created_at, version, org_id, slug, name, user_id, layout, dashboard_filters_enabled, is_archived, is_draft, tags, options)
    SELECT pg_temp.past(n, 30), pg_temp.past(n, 30) - interval '1 day', 1, 1, 'dashboard-' || n, pg_temp.word(n, 31) || 'ダッシュボード ' || n,
        1 + pg_temp.draw(n, 32, pg_temp.size('users')), '[]', n % 4 = 0, n % 19 = 0, n % 7 = 0, CASE WHEN n % 2 = 0 THEN ARRAY[pg_temp.word(n, 33)] END, '{}'
    FROM generate_series(1, pg_temp.size('dashboards')) AS n;
INSERT INTO widgets (updated_at, created_at, visualization_id, text, width, options, dashboard_id)
    SELECT now(), now(), CASE WHEN n % 6 <> 0 THEN 1 + pg_temp.draw(n, 40, pg_temp.size('queries') - 5) END,
        CASE WHEN n % 6 = 0 THEN '## ' || pg_temp.word(n, 41) || E'\n説明文です。' ELSE '' END, 1,
        '{"position": {"col": 0, "row": 0, "sizeX": 3, "sizeY": 8}}', 1 + n % pg_temp.size('dashboards')
    FROM generate_series(1, pg_temp.size('dashboards') * 5) AS n;
INSERT INTO alerts (updated_at, created_at, name, query_id, user_id, options, state, last_triggered_at, rearm)
    SELECT now(), now(), pg_temp.word(n, 50) || 'の異常', n * 2, 1, '{"op": ">", "value": 100, "column": "件数"}',
        ('{ok,triggered,unknown}'::text[])[1 + n % 3], CASE WHEN n % 3 = 1 THEN now() END, CASE WHEN n % 2 = 0 THEN 3600 END
    FROM generate_series(1, pg_temp.size('dashboards')) AS n;
INSERT INTO alert_subscriptions (updated_at, created_at, user_id, destination_id, alert_id)
    SELECT now(), now(), 1, CASE WHEN id % 2 = 0 THEN 1 END, id FROM alerts ORDER BY id;
INSERT INTO favorites (updated_at, created_at, org_id, object_type, object_id, user_id)
    SELECT now(), now(), 1, 'Query', n, 2 FROM generate_series(1, pg_temp.size('dashboards')) AS n;
INSERT INTO changes (object_type, object_id, object_version, user_id, change, created_at)
    SELECT 'Query', 1 + pg_temp.draw(n, 60, pg_temp.size('queries') - 5), 1, 1,
        jsonb_build_object('name', jsonb_build_object('previous', NULL, 'current', pg_temp.word(n, 61))), pg_temp.past(n, 62)
    FROM generate_series(1, pg_temp.size('queries')) AS n;
INSERT INTO query_snippets (updated_at, created_at, org_id, trigger, description, user_id, snippet)
    SELECT now(), now(), 1, 'snippet' || n, '', 1, '-- ' || pg_temp.word(n, 63) FROM generate_series(1, 20) AS n;
INSERT INTO api_keys (object_type, updated_at, created_at, org_id, api_key, active, object_id, created_by_id)
    SELECT 'Dashboard', now(), now(), 1, md5('share' || id), id % 2 = 0, id, CASE WHEN id % 3 = 0 THEN 1 END FROM dashboards ORDER BY id LIMIT 10;
INSERT INTO events (org_id, user_id, action, object_type, object_id, additional_properties, created_at)
    SELECT 1, CASE WHEN n % 10 <> 0 THEN 1 + pg_temp.draw(n, 70, pg_temp.size('users')) END,
        ('{view,execute,edit,list,load_favorites,view_source}'::text[])[1 + n % 6], ('{query,dashboard,page}'::text[])[1 + n % 3],
        CASE WHEN n % 12 <> 0 THEN pg_temp.draw(n, 71, pg_temp.size('queries'))::text END,
        CASE WHEN n % 4 <> 0 THEN jsonb_build_object('screen_resolution', '1920x1080', 'user_name', pg_temp.word(n, 72), 'seconds', (n % 1000) / 8.0) END,
        pg_temp.past(n, 73)
    FROM generate_series(1, pg_temp.size('events')) AS n;
INSERT INTO alembic_version VALUES ('9e8c841d1a30');

-- Tail rows deleted: their ids were handed out and must not be handed out again. Rows of
-- access_permissions never existed: its sequence was never called.
DELETE FROM queries WHERE id > pg_temp.size('queries') - 5;
DELETE FROM query_results WHERE id > pg_temp.size('query_results') - 15;
DELETE FROM events WHERE id > pg_temp.size('events') - 100;
DELETE FROM widgets WHERE id > (SELECT max(id) - 7 FROM widgets);
DELETE FROM query_snippets WHERE id > 15;
