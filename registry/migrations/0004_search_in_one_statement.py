"""PostgreSQL: a small area costs one way to the server, and its plan is made once.

`places` are Whereabouts.packed of what lies in the strips, `leavers` the ids of those who left,
`movers` the ids of those on the way (registry.geography.rows._MOVES), or null where more than `few`
places were found. The widths are those of registry.geography.rows.PLACE.
"""

from typing import Any

from django.db import migrations

SEARCH = """
CREATE FUNCTION registry_search(
    strips smallint[], wests float8[], easts float8[],
    moment timestamptz, fresh_since timestamptz, grace_behind timestamptz, grace_ahead timestamptz,
    few integer, OUT places bytea, OUT leavers bytea, OUT movers bytea)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    found bigint;
BEGIN
    SELECT string_agg(w.packed, ''::bytea), count(*),
        (SELECT string_agg(int8send(p.id), ''::bytea)
         FROM registry_person p WHERE p.left_at IS NOT NULL AND p.left_at <= moment)
    INTO places, found, leavers
    FROM unnest(strips, wests, easts) AS s(strip, west, east)
    CROSS JOIN LATERAL (
        SELECT r.packed FROM registry_whereabouts r
        WHERE r.strip = s.strip AND r.longitude BETWEEN s.west AND s.east OFFSET 0
    ) w;
    IF found <= few THEN
        SELECT coalesce(string_agg(int8send(m.person_id), ''::bytea), ''::bytea) INTO movers
        FROM (
            SELECT ('x' || encode(substr(places, 1 + 34 * n, 8), 'hex'))::bit(64)::bigint AS id
            FROM generate_series(0, found::integer - 1) n
        ) f
        JOIN registry_whereabouts m ON m.person_id = f.id
        WHERE NOT (m.kind = 'residence') AND (
            (m.kind = 'shared' AND m.recorded_at >= fresh_since)
            OR (m.kind = 'trip' AND m.starts_at <= grace_ahead AND m.ends_at >= grace_behind));
    END IF;
END $$;
"""
DROP = "DROP FUNCTION registry_search"


def create(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(SEARCH)


def drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_doors")]

    operations = [migrations.RunPython(create, drop)]
