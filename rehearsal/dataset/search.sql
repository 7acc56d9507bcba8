-- Full-text search as Redash 25 has it: the vector's trigger, and the functions that parse what
-- a user types. The functions have the names and signatures of the originals; inside they are
-- plain: words, quoted phrases, "or" and "-" mean what websearch_to_tsquery makes of them.
CREATE TYPE tsq_state AS (
    search_query text, parentheses_stack int, skip_for int, current_token text,
    current_index int, current_char text, previous_char text, tokens text[]);

CREATE FUNCTION array_nremove(anyarray, VARIADIC anyarray) RETURNS anyarray
    LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(kept.item ORDER BY kept.place), $1[1:0])
    FROM unnest($1) WITH ORDINALITY AS kept (item, place) WHERE NOT kept.item = ANY ($2) $$;

CREATE FUNCTION tsq_append_current_token(state tsq_state) RETURNS tsq_state
    LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF state.current_token <> '' THEN
        state.tokens := array_append(state.tokens, state.current_token);
        state.current_token := '';
    END IF;
    RETURN state;
END $$;

CREATE FUNCTION tsq_tokenize_character(state tsq_state) RETURNS tsq_state
    LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF state.current_char = ' ' THEN
        RETURN tsq_append_current_token(state);
    END IF;
    state.current_token := coalesce(state.current_token, '') || state.current_char;
    RETURN state;
END $$;

CREATE FUNCTION tsq_tokenize(search_query text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    state tsq_state;
BEGIN
    state.tokens := '{}';
    state.current_token := '';
    FOR place IN 1 .. char_length(search_query) LOOP
        state.current_char := substr(search_query, place, 1);
        state := tsq_tokenize_character(state);
    END LOOP;
    RETURN (tsq_append_current_token(state)).tokens;
END $$;

CREATE FUNCTION tsq_process_tokens(config regconfig, tokens text[]) RETURNS tsquery
    LANGUAGE sql IMMUTABLE AS $$ SELECT websearch_to_tsquery(config, array_to_string(tokens, ' ')) $$;
CREATE FUNCTION tsq_process_tokens(tokens text[]) RETURNS tsquery
    LANGUAGE sql STABLE AS $$ SELECT tsq_process_tokens(get_current_ts_config(), tokens) $$;
CREATE FUNCTION tsq_parse(config regconfig, search_query text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE AS $$ SELECT tsq_process_tokens(config, tsq_tokenize(search_query)) $$;
CREATE FUNCTION tsq_parse(config text, search_query text) RETURNS tsquery
    LANGUAGE sql STABLE AS $$ SELECT tsq_parse(config::regconfig, search_query) $$;
CREATE FUNCTION tsq_parse(search_query text) RETURNS tsquery
    LANGUAGE sql STABLE AS $$ SELECT tsq_parse(get_current_ts_config(), search_query) $$;

CREATE FUNCTION queries_search_vector_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_vector := ((
        setweight(to_tsvector('pg_catalog.simple', regexp_replace(coalesce(CAST(NEW.id AS text), ''), '[-@.]', ' ', 'g')), 'B') ||
        setweight(to_tsvector('pg_catalog.simple', regexp_replace(coalesce(NEW.name, ''), '[-@.]', ' ', 'g')), 'A')) ||
        setweight(to_tsvector('pg_catalog.simple', regexp_replace(coalesce(NEW.description, ''), '[-@.]', ' ', 'g')), 'C')) ||
        setweight(to_tsvector('pg_catalog.simple', regexp_replace(coalesce(NEW.query, ''), '[-@.]', ' ', 'g')), 'D');
    RETURN NEW;
END $$;
CREATE TRIGGER queries_search_vector_trigger BEFORE INSERT OR UPDATE ON queries
    FOR EACH ROW EXECUTE FUNCTION queries_search_vector_update();
