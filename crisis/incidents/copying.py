"""Addresses from the registry to deliveries inside the database: PostgreSQL alone.

The one place where SQL joins tables of two apps. Nearly everybody has one number that is theirs
alone: for those, registry.reach and notifications.services.recipients would read, carry and send
back every sealed address only to write it down again. Here it is copied where it lies, which one
encryption purpose for both columns permits; what becomes of it is the same. All others, and
whoever was met in this wave before, are left to the two.
"""

import secrets
from collections.abc import Sequence

import numpy as np
from django.conf import settings
from django.db import connection

from config.kernel import bulk
from notifications.models import Batch, Wave
from notifications.services.recipients import AT_FIRST, KEY_BYTES, open_batches

# `plain`: one usable address, an SMS number, and nobody else's in this slice. Who shares a number
# with somebody of another slice is met by the unique key, and left over. In the order of addresses,
# so that two who write at once do not wait for each other.
_COPY = """
WITH own AS (
    SELECT c.person_id, c.channel, c.address, c.address_index, p.language,
        count(*) OVER (PARTITION BY c.person_id) AS addresses,
        count(*) OVER (PARTITION BY c.address_index, c.channel) AS owners
    FROM unnest(%s::bigint[]) i(value)
        JOIN registry_person p ON p.id = i.value
        JOIN registry_contactpoint c ON c.person_id = p.id
    WHERE c.verified_at IS NOT NULL AND c.retired_at IS NULL AND c.channel IN ('sms', 'wechat')
), plain AS MATERIALIZED (
    SELECT nextval('notifications_delivery_id_seq'::regclass) AS id, person_id, address,
        address_index, language, place
    FROM (
        SELECT *, row_number() OVER (ORDER BY address_index, channel) - 1 AS place FROM own
        WHERE addresses = 1 AND owners = 1 AND channel = 'sms'
    ) placed
), copied AS (
    INSERT INTO notifications_delivery
        (id, wave_id, batch_id, channel, address, address_index, language, covers, key, {same})
    SELECT id, %s, (%s::bigint[])[place / %s + 1], 'sms', address, address_index, language, 1,
        encode(substring(%s::bytea FROM (place * {size} + 1)::int FOR {size}), 'hex'), {values}
    FROM plain
    ON CONFLICT (address_index, channel, wave_id) DO NOTHING
    RETURNING id, batch_id
), linked AS (
    INSERT INTO notifications_deliveryperson (delivery_id, person_ref, is_owner)
    SELECT id, person_id, TRUE FROM copied JOIN plain USING (id)
)
SELECT batch_id, string_agg(int8send(person_id), ''::bytea)
FROM copied JOIN plain USING (id) GROUP BY batch_id ORDER BY batch_id
"""


def copy_plain(*, wave: Wave, person_ids: Sequence[int]) -> list[int]:
    """Write deliveries, links and batches of the wave for those of these people who are plain.

    Returns the others. Call as `add_recipients` is called, and before it. Ids are distinct. On
    SQLite nothing is written: there the registry is read in the same process anyway.
    """
    if connection.vendor != "postgresql" or not person_ids:
        return list(person_ids)
    count, size = len(person_ids), settings.BATCH_SIZE
    batch_ids = bulk.new_ids(Batch, -(-count // size))
    marks = ", ".join(["%s"] * len(AT_FIRST))
    copied = bulk.run(
        bulk.Statement(
            _COPY.format(same=", ".join(AT_FIRST), values=marks, size=KEY_BYTES),
            [bulk.array(list(person_ids)), wave.pk, bulk.array(batch_ids), size,
             secrets.token_bytes(KEY_BYTES * count), *AT_FIRST.values()],
        )
    )  # fmt: skip
    people = {batch: np.frombuffer(packed, ">i8") for batch, packed in copied.rows}
    if not people:
        return list(person_ids)
    open_batches(wave=wave, channel="sms", sizes={pk: len(ids) for pk, ids in people.items()})
    done = set(np.concatenate(list(people.values())).tolist())
    return [person for person in person_ids if person not in done]
