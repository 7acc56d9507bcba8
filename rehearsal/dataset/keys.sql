-- Primary and unique keys, secondary indexes, and the 35 foreign keys.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
            AND tablename NOT IN ('alembic_version', 'canary') LOOP
        EXECUTE format('ALTER TABLE public.%I ADD PRIMARY KEY (id)', name);
    END LOOP;
END $$;
ALTER TABLE alembic_version ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE favorites ADD CONSTRAINT unique_favorite UNIQUE (org_id, object_type, object_id, user_id);
ALTER TABLE organizations ADD UNIQUE (slug);
ALTER TABLE query_snippets ADD UNIQUE (trigger);

CREATE UNIQUE INDEX alert_subscriptions_destination_id_alert_id
    ON alert_subscriptions (destination_id, alert_id);
CREATE INDEX api_keys_object_type_object_id ON api_keys (object_type, object_id);
CREATE INDEX ix_api_keys_api_key ON api_keys (api_key);
CREATE INDEX ix_dashboards_is_archived ON dashboards (is_archived);
CREATE INDEX ix_dashboards_is_draft ON dashboards (is_draft);
CREATE INDEX ix_dashboards_slug ON dashboards (slug);
CREATE INDEX data_sources_org_id_name ON data_sources (org_id, name);
CREATE UNIQUE INDEX notification_destinations_org_id_name ON notification_destinations (org_id, name);
CREATE INDEX ix_queries_is_archived ON queries (is_archived);
CREATE INDEX ix_queries_is_draft ON queries (is_draft);
CREATE INDEX ix_queries_search_vector ON queries USING gin (search_vector);
CREATE INDEX ix_query_results_query_hash ON query_results (query_hash);
CREATE UNIQUE INDEX users_org_id_email ON users (org_id, email);
CREATE INDEX ix_users_api_key ON users (api_key);
CREATE INDEX ix_widgets_dashboard_id ON widgets (dashboard_id);

ALTER TABLE access_permissions ADD FOREIGN KEY (grantor_id) REFERENCES users;
ALTER TABLE access_permissions ADD FOREIGN KEY (grantee_id) REFERENCES users;
ALTER TABLE alert_subscriptions ADD FOREIGN KEY (user_id) REFERENCES users;
ALTER TABLE alert_subscriptions ADD FOREIGN KEY (destination_id) REFERENCES notification_destinations;
ALTER TABLE alert_subscriptions ADD FOREIGN KEY (alert_id) REFERENCES alerts;
ALTER TABLE alerts ADD FOREIGN KEY (query_id) REFERENCES queries;
ALTER TABLE alerts ADD FOREIGN KEY (user_id) REFERENCES users;
ALTER TABLE api_keys ADD FOREIGN KEY (org_id) REFERENCES organizations;
ALTER TABLE api_keys ADD FOREIGN KEY (created_by_id) REFERENCES users;
ALTER TABLE changes ADD FOREIGN KEY (user_id) REFERENCES users;
ALTER TABLE dashboards ADD FOREIGN KEY (org_id) REFERENCES organizations;
ALTER TABLE dashboards ADD FOREIGN KEY (user_id) REFERENCES users;
ALTER TABLE data_source_groups ADD FOREIGN KEY (data_source_id) REFERENCES data_sources;
ALTER TABLE data_source_groups ADD FOREIGN KEY (group_id) REFERENCES groups;
ALTER TABLE data_sources ADD FOREIGN KEY (org_id) REFERENCES organizations;
ALTER TABLE events ADD FOREIGN KEY (org_id) REFERENCES organizations;
ALTER TABLE events ADD FOREIGN KEY (user_id) REFERENCES users;
ALTER TABLE favorites ADD FOREIGN KEY (org_id) REFERENCES organizations;
ALTER TABLE favorites ADD FOREIGN KEY (user_id) REFERENCES users;
ALTER TABLE groups ADD FOREIGN KEY (org_id) REFERENCES organizations;
ALTER TABLE notification_destinations ADD FOREIGN KEY (org_id) REFERENCES organizations;
ALTER TABLE notification_destinations ADD FOREIGN KEY (user_id) REFERENCES users;
ALTER TABLE queries ADD FOREIGN KEY (org_id) REFERENCES organizations;
ALTER TABLE queries ADD FOREIGN KEY (data_source_id) REFERENCES data_sources;
ALTER TABLE queries ADD FOREIGN KEY (latest_query_data_id) REFERENCES query_results;
ALTER TABLE queries ADD FOREIGN KEY (user_id) REFERENCES users;
ALTER TABLE queries ADD FOREIGN KEY (last_modified_by_id) REFERENCES users;
ALTER TABLE query_results ADD FOREIGN KEY (org_id) REFERENCES organizations;
ALTER TABLE query_results ADD FOREIGN KEY (data_source_id) REFERENCES data_sources;
ALTER TABLE query_snippets ADD FOREIGN KEY (org_id) REFERENCES organizations;
ALTER TABLE query_snippets ADD FOREIGN KEY (user_id) REFERENCES users;
ALTER TABLE users ADD FOREIGN KEY (org_id) REFERENCES organizations;
ALTER TABLE visualizations ADD FOREIGN KEY (query_id) REFERENCES queries;
ALTER TABLE widgets ADD FOREIGN KEY (visualization_id) REFERENCES visualizations;
ALTER TABLE widgets ADD FOREIGN KEY (dashboard_id) REFERENCES dashboards;
