"""One column that holds what the search reads of a place, so that an index alone can answer it."""

from typing import Any

from django.db.models import BinaryField, Func


class PackedPlace(Func):
    """person id (int8), latitude, longitude, accuracy in metres (float8; NaN for absent), and
    1 for a residence, 0 for other places (int2).

    In network order. PostgreSQL then gives 100,000 places as one value, eight times as fast as
    rows. SQLite is asked in the same process, has no need of it, and stores nothing.
    """

    template = "NULL"
    output_field = BinaryField(null=True)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return super().as_sql(
            compiler,
            connection,
            template="int8send(%(person)s) || float8send(coalesce(%(latitude)s, 'NaN'::float8))"
            " || float8send(coalesce(%(longitude)s, 'NaN'::float8))"
            " || float8send(coalesce(%(accuracy)s, 'NaN'::float8))"
            " || int2send((%(kind)s = 'residence')::int::int2)",
            person='"person_id"',
            latitude='"latitude"',
            longitude='"longitude"',
            accuracy='"accuracy_m"',
            kind='"kind"',
            **extra,
        )
