"""Two ledgers that triggers keep on PostgreSQL: see crisis/rollcall/tallies.py.

The triggers run once a statement, whatever its size. SQLite has none: it counts the rows.
"""

from django.db import migrations

# What a standing is told apart by, and where its rows go; both stand for their names below.
PARTS = {
    "<alike>": (
        "condition, movement, contact, addressed, wants_out, possible_help, certain, spoken_for,"
        " by_merge, (same_as IS NOT NULL AND same_as <> person_ref) AS merged"
    ),
    "<names>": (
        "condition, movement, contact, addressed, wants_out, possible_help, certain, spoken_for,"
        " by_merge, merged"
    ),
    "<grouped>": "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11",
    "<minute>": "floor(extract(epoch FROM learned_at) / 60)::integer",
}

TALLY_STANDINGS = """
CREATE FUNCTION rollcall_tally_standings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO rollcall_standingtally (incident_id, <names>, change, folded)
    SELECT incident_id, <alike>, count(*), FALSE FROM come GROUP BY <grouped>;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO rollcall_standingtally (incident_id, <names>, change, folded)
    SELECT incident_id, <alike>, -count(*), FALSE FROM gone GROUP BY <grouped>;
  ELSE
    INSERT INTO rollcall_standingtally (incident_id, <names>, change, folded)
    SELECT incident_id, <names>, sum(one), FALSE
    FROM (SELECT incident_id, <alike>, 1 AS one FROM come
          UNION ALL SELECT incident_id, <alike>, -1 FROM gone) AS both_sides
    GROUP BY <grouped> HAVING sum(one) <> 0;
  END IF;
  RETURN NULL;
END $$
"""
TALLY_MINUTES = """
CREATE FUNCTION rollcall_tally_minutes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO rollcall_minutetally (incident_id, minute, kind, change, folded)
  SELECT incident_id, <minute>, kind, count(*), FALSE
  FROM come WHERE kind <> 'alerted' GROUP BY 1, 2, 3;
  RETURN NULL;
END $$
"""
RUN = "FOR EACH STATEMENT EXECUTE FUNCTION"
TRIGGERS = (
    "CREATE TRIGGER rollcall_tally_come AFTER INSERT ON rollcall_standing"
    f" REFERENCING NEW TABLE AS come {RUN} rollcall_tally_standings()",
    "CREATE TRIGGER rollcall_tally_changed AFTER UPDATE ON rollcall_standing"
    f" REFERENCING NEW TABLE AS come OLD TABLE AS gone {RUN} rollcall_tally_standings()",
    "CREATE TRIGGER rollcall_tally_gone AFTER DELETE ON rollcall_standing"
    f" REFERENCING OLD TABLE AS gone {RUN} rollcall_tally_standings()",
    "CREATE TRIGGER rollcall_tally_lines AFTER INSERT ON rollcall_rollcallevent"
    f" REFERENCING NEW TABLE AS come {RUN} rollcall_tally_minutes()",
)
# What stands there already.
COUNT_STANDINGS = """
INSERT INTO rollcall_standingtally (incident_id, <names>, change, folded)
SELECT incident_id, <alike>, count(*), TRUE FROM rollcall_standing GROUP BY <grouped>
"""
COUNT_MINUTES = """
INSERT INTO rollcall_minutetally (incident_id, minute, kind, change, folded)
SELECT incident_id, <minute>, kind, count(*), TRUE
FROM rollcall_rollcallevent WHERE kind <> 'alerted' GROUP BY 1, 2, 3
"""


def keep_tallies(apps, editor):
    if editor.connection.vendor != "postgresql":
        return
    # A row that changed between the count and the trigger would be counted wrongly for ever.
    editor.execute("LOCK TABLE rollcall_standing, rollcall_rollcallevent IN SHARE MODE")
    for text in (TALLY_STANDINGS, TALLY_MINUTES, *TRIGGERS, COUNT_STANDINGS, COUNT_MINUTES):
        editor.execute(whole(text))


def whole(text):
    for name, part in PARTS.items():
        text = text.replace(name, part)
    return text


def leave_them(apps, editor):
    if editor.connection.vendor != "postgresql":
        return
    for name in ("rollcall_tally_standings", "rollcall_tally_minutes"):
        editor.execute(f"DROP FUNCTION {name}() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("rollcall", "0004_board")]
    operations = [migrations.RunPython(keep_tallies, leave_them)]
