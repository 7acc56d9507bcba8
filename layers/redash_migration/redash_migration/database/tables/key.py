"""What a table's key is: asked in one way by whoever has to know.

The columns of its primary key, in the key's order. Those that an index merely INCLUDEs are no part
of it: they need be neither unique nor filled. A key whose type only an extension's own operators
compare (ltree, hstore, vector) counts as none: statements that carry and compare rows find
operators in pg_catalog alone. One that passes for a builtin type (citext for text) is compared as
that.
"""

from __future__ import annotations

_OF_EXTENSION = """
    SELECT FROM unnest(ki.indclass::oid[]) AS ko(oid)
    JOIN pg_catalog.pg_opclass kc ON kc.oid = ko.oid
    WHERE kc.opcnamespace <> 'pg_catalog'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_cast WHERE castsource = kc.opcintype
        AND castcontext = 'i' AND castmethod = 'b' AND casttarget < 16384)
"""


def primary_key_of(relation: str) -> str:
    """SQL for the names of the key's columns, an empty array without one; `relation` is SQL for the
    table's oid."""
    return f"""
    coalesce((SELECT array_agg(ka.attname::text ORDER BY kk.place)
              FROM pg_catalog.pg_index ki,
                   unnest(ki.indkey::smallint[]) WITH ORDINALITY AS kk(attnum, place),
                   pg_catalog.pg_attribute ka
              WHERE ki.indrelid = {relation} AND ki.indisprimary AND ki.indisvalid
                AND kk.place <= ki.indnkeyatts
                AND ka.attrelid = ki.indrelid AND ka.attnum = kk.attnum
                AND NOT EXISTS ({_OF_EXTENSION})), '{{}}'::text[])
    """  # noqa: S608 - made of constants
