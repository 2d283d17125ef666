"""Whoever has paused is looked for nowhere: the search reads who they are along with who left.

The function of 0004_search_in_one_statement.py, whose `leavers` now hold the ids of the paused
too, below zero.
"""

from importlib import import_module
from typing import Any

from django.db import migrations, models

EARLIER = import_module("registry.migrations.0004_search_in_one_statement")
SEARCH = """
CREATE OR REPLACE FUNCTION registry_search(
    strips smallint[], wests float8[], easts float8[],
    moment timestamptz, fresh_since timestamptz, grace_behind timestamptz, grace_ahead timestamptz,
    few integer, OUT places bytea, OUT leavers bytea, OUT movers bytea)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    found bigint;
BEGIN
    SELECT string_agg(w.packed, ''::bytea), count(*),
        (SELECT string_agg(int8send(p.id), ''::bytea) FROM (
            SELECT id FROM registry_person WHERE left_at IS NOT NULL AND left_at <= moment
            UNION ALL SELECT -id FROM registry_person
            WHERE paused_until IS NOT NULL
                AND paused_until > (moment AT TIME ZONE 'UTC')::date) p)
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


def create(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(SEARCH)


def restore(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            EARLIER.SEARCH.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
        )


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_current_whereabouts")]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                fields=["paused_until"],
                condition=models.Q(paused_until__isnull=False),
                name="person_paused",
            ),
        ),
        migrations.RunPython(create, restore),
    ]
