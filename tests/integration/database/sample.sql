-- A small Redash-like core, and around it what other sites' databases may hold.
CREATE TABLE organizations (
    id serial PRIMARY KEY, name varchar(255) NOT NULL, settings jsonb NOT NULL);
CREATE TABLE users (
    id serial PRIMARY KEY, org_id integer NOT NULL REFERENCES organizations,
    name varchar(320) NOT NULL, groups integer[], api_key varchar(40) NOT NULL UNIQUE);
CREATE TABLE query_results (
    id serial PRIMARY KEY, org_id integer NOT NULL REFERENCES organizations,
    query_hash varchar(32) NOT NULL, query text NOT NULL, data text, runtime double precision NOT NULL);
CREATE INDEX ix_query_results_query_hash ON query_results (query_hash);
CREATE TABLE queries (
    id serial PRIMARY KEY, org_id integer NOT NULL REFERENCES organizations,
    latest_query_data_id integer REFERENCES query_results,
    name varchar(255) NOT NULL, query text NOT NULL, search_vector tsvector, tags varchar[]);
CREATE INDEX ix_queries_search_vector ON queries USING gin (search_vector);
CREATE TABLE visualizations (
    id serial PRIMARY KEY, query_id integer NOT NULL REFERENCES queries, options jsonb);
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
CREATE FUNCTION queries_search_vector_update() RETURNS trigger LANGUAGE plpgsql AS $fn$
--
-- Name: not_an_entry; Type: TABLE; Schema: public; Owner: -
--
BEGIN
    NEW.search_vector := setweight(to_tsvector('pg_catalog.simple', coalesce(NEW.name, '')), 'A');
    RETURN NEW;
END $fn$;
CREATE TRIGGER queries_search_vector_trigger BEFORE INSERT OR UPDATE ON queries
    FOR EACH ROW EXECUTE FUNCTION queries_search_vector_update();
CREATE TYPE tsq_state AS (depth integer, words text[]);
CREATE FUNCTION tsq_depth(s tsq_state) RETURNS integer LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC SELECT CASE WHEN s.depth > 0 THEN s.depth ELSE 0 END; END;

CREATE SCHEMA "other; schema";
CREATE TYPE "other; schema".mood AS ENUM ('well', 'ill');
CREATE TABLE "other; schema"."Odd -- ""name" (
    "a'b" bigint PRIMARY KEY, note text DEFAULT E'it''s\n-- \\ $x$' NOT NULL);
CREATE TABLE moods (id integer PRIMARY KEY, mood "other; schema".mood);
CREATE TABLE no_key (word text);
CREATE TABLE parts (id integer, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX ix_parts_day ON parts (day);
CREATE TABLE part_children (
    id integer PRIMARY KEY, part_id integer, part_day date,
    FOREIGN KEY (part_id, part_day) REFERENCES parts);
CREATE VIEW named_queries AS SELECT id, name, count(*) FROM queries GROUP BY id;
CREATE MATERIALIZED VIEW query_count AS SELECT count(*) AS n FROM queries;
CREATE UNIQUE INDEX ux_query_count ON query_count (n);
COMMENT ON TABLE queries IS E'two\n--\n-- Name: x; Type: TABLE; Schema: public; Owner: -\n--\nlines';
COMMENT ON INDEX ix_queries_search_vector IS 'for the search';
CREATE PUBLICATION somebody_elses FOR TABLE users;
CREATE STATISTICS users_statistics ON org_id, name FROM users;

INSERT INTO organizations (name, settings) VALUES ('既定', '{}');
INSERT INTO users (org_id, name, groups, api_key) VALUES (1, '管理者', '{1,2}', 'k1');
INSERT INTO query_results (org_id, query_hash, query, data, runtime)
    VALUES (1, 'h', 'SELECT 1', repeat('あ', 10000), 0.1);
INSERT INTO queries (org_id, latest_query_data_id, name, query) VALUES (1, 1, '売上', 'SELECT 1');
INSERT INTO visualizations (query_id) VALUES (1);
INSERT INTO alembic_version VALUES ('89bc7873a3e0');
