-- Tables of Redash's shape: the columns that decide the cost, with sizes as in real installations.
-- Settings bench.queries, bench.results and bench.events say how many rows, bench.own how many per
-- cent of a query's words no other has.
CREATE TABLE query_results (
    id serial PRIMARY KEY, org_id integer NOT NULL, data_source_id integer NOT NULL,
    query_hash varchar(32) NOT NULL, query text NOT NULL, data text,
    runtime double precision NOT NULL, retrieved_at timestamptz NOT NULL);
CREATE INDEX ix_query_results_query_hash ON query_results (query_hash);
CREATE TABLE queries (
    updated_at timestamptz NOT NULL, created_at timestamptz NOT NULL, id serial PRIMARY KEY,
    version integer NOT NULL, org_id integer NOT NULL, data_source_id integer,
    latest_query_data_id integer REFERENCES query_results, name varchar(255) NOT NULL,
    description varchar(4096), query text NOT NULL, query_hash varchar(32) NOT NULL,
    api_key varchar(40) NOT NULL, user_id integer NOT NULL, last_modified_by_id integer,
    is_archived boolean NOT NULL, is_draft boolean NOT NULL, schedule jsonb,
    schedule_failures integer NOT NULL, options jsonb NOT NULL, search_vector tsvector,
    tags varchar[]);
CREATE INDEX ix_queries_is_archived ON queries (is_archived);
CREATE INDEX ix_queries_is_draft ON queries (is_draft);
CREATE INDEX ix_queries_search_vector ON queries USING gin (search_vector);
CREATE TABLE visualizations (
    id serial PRIMARY KEY, query_id integer NOT NULL REFERENCES queries, name varchar(255));
CREATE TABLE events (
    id serial PRIMARY KEY, org_id integer NOT NULL, user_id integer, action varchar(255) NOT NULL,
    object_type varchar(255) NOT NULL, object_id varchar(255), additional_properties jsonb,
    created_at timestamptz NOT NULL);
