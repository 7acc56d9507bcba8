-- The twenty tables of Redash 25.8. Keys and indexes follow after the rows (keys.sql): faster.
CREATE TABLE organizations (
    updated_at timestamptz NOT NULL, created_at timestamptz NOT NULL, id serial,
    name varchar(255) NOT NULL, slug varchar(255) NOT NULL, settings jsonb NOT NULL);
CREATE TABLE groups (
    id serial, org_id integer NOT NULL, type varchar(255) NOT NULL, name varchar(100) NOT NULL,
    permissions varchar(255)[] NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE users (
    updated_at timestamptz NOT NULL, created_at timestamptz NOT NULL, id serial,
    org_id integer NOT NULL, name varchar(320) NOT NULL, email varchar(255) NOT NULL,
    password_hash varchar(128), groups integer[], api_key varchar(40) NOT NULL,
    disabled_at timestamptz, details jsonb DEFAULT '{}'::jsonb);
CREATE TABLE data_sources (
    id serial, org_id integer NOT NULL, name varchar(255) NOT NULL, type varchar(255) NOT NULL,
    encrypted_options bytea NOT NULL, queue_name varchar(255) NOT NULL,
    scheduled_queue_name varchar(255) NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE data_source_groups (
    id serial, data_source_id integer NOT NULL, group_id integer NOT NULL,
    view_only boolean NOT NULL);
CREATE TABLE access_permissions (
    object_type varchar(255) NOT NULL, object_id integer NOT NULL, id serial,
    access_type varchar(255) NOT NULL, grantor_id integer NOT NULL, grantee_id integer NOT NULL);
CREATE TABLE api_keys (
    object_type varchar(255) NOT NULL, updated_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL, id serial, org_id integer NOT NULL,
    api_key varchar(255) NOT NULL, active boolean NOT NULL, object_id integer NOT NULL,
    created_by_id integer);
CREATE TABLE changes (
    object_type varchar(255) NOT NULL, id serial, object_id integer NOT NULL,
    object_version integer NOT NULL, user_id integer NOT NULL, change jsonb NOT NULL,
    created_at timestamptz NOT NULL);
CREATE TABLE dashboards (
    updated_at timestamptz NOT NULL, created_at timestamptz NOT NULL, id serial,
    version integer NOT NULL, org_id integer NOT NULL, slug varchar(140) NOT NULL,
    name varchar(100) NOT NULL, user_id integer NOT NULL, layout jsonb NOT NULL,
    dashboard_filters_enabled boolean NOT NULL, is_archived boolean NOT NULL,
    is_draft boolean NOT NULL, tags varchar[], options jsonb NOT NULL);
CREATE TABLE events (
    id serial, org_id integer NOT NULL, user_id integer, action varchar(255) NOT NULL,
    object_type varchar(255) NOT NULL, object_id varchar(255), additional_properties jsonb,
    created_at timestamptz NOT NULL);
CREATE TABLE favorites (
    updated_at timestamptz NOT NULL, created_at timestamptz NOT NULL, id serial,
    org_id integer NOT NULL, object_type varchar(255) NOT NULL, object_id integer NOT NULL,
    user_id integer NOT NULL);
CREATE TABLE notification_destinations (
    id serial, org_id integer NOT NULL, user_id integer NOT NULL, name varchar(255) NOT NULL,
    type varchar(255) NOT NULL, encrypted_options bytea NOT NULL,
    created_at timestamptz NOT NULL);
CREATE TABLE query_results (
    id serial, org_id integer NOT NULL, data_source_id integer NOT NULL,
    query_hash varchar(32) NOT NULL, query text NOT NULL, data text,
    runtime double precision NOT NULL, retrieved_at timestamptz NOT NULL);
CREATE TABLE query_snippets (
    updated_at timestamptz NOT NULL, created_at timestamptz NOT NULL, id serial,
    org_id integer NOT NULL, trigger varchar(255) NOT NULL, description text NOT NULL,
    user_id integer NOT NULL, snippet text NOT NULL);
CREATE TABLE queries (
    updated_at timestamptz NOT NULL, created_at timestamptz NOT NULL, id serial,
    version integer NOT NULL, org_id integer NOT NULL, data_source_id integer,
    latest_query_data_id integer, name varchar(255) NOT NULL, description varchar(4096),
    query text NOT NULL, query_hash varchar(32) NOT NULL, api_key varchar(40) NOT NULL,
    user_id integer NOT NULL, last_modified_by_id integer, is_archived boolean NOT NULL,
    is_draft boolean NOT NULL, schedule jsonb, schedule_failures integer NOT NULL,
    options jsonb NOT NULL, search_vector tsvector, tags varchar[]);
CREATE TABLE visualizations (
    updated_at timestamptz NOT NULL, created_at timestamptz NOT NULL, id serial,
    type varchar(100) NOT NULL, query_id integer NOT NULL, name varchar(255) NOT NULL,
    description varchar(4096), options jsonb);
CREATE TABLE widgets (
    updated_at timestamptz NOT NULL, created_at timestamptz NOT NULL, id serial,
    visualization_id integer, text text, width integer NOT NULL, options jsonb NOT NULL,
    dashboard_id integer NOT NULL);
CREATE TABLE alerts (
    updated_at timestamptz NOT NULL, created_at timestamptz NOT NULL, id serial,
    name varchar(255) NOT NULL, query_id integer NOT NULL, user_id integer NOT NULL,
    options jsonb, state varchar(255) NOT NULL, last_triggered_at timestamptz, rearm integer);
CREATE TABLE alert_subscriptions (
    updated_at timestamptz NOT NULL, created_at timestamptz NOT NULL, id serial,
    user_id integer NOT NULL, destination_id integer, alert_id integer NOT NULL);
CREATE TABLE alembic_version (version_num varchar(32) NOT NULL);
