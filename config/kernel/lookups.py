"""`column__among=[…]`: what `__in` is, for thousands of values of one kind.

Django gives `__in` a mark for each value, and psycopg writes each out by itself; where a statement
is asked again and again, that is most of what it costs. PostgreSQL takes one array instead.
"""

from typing import Any

from django.db.models import Field, ForeignObject
from django.db.models.lookups import In, Lookup

from config.kernel import bulk


@ForeignObject.register_lookup  # which knows none of its ancestors' lookups
@Field.register_lookup
class Among(Lookup):
    """Values must be what the column holds: numbers, text or bytes, not model instances."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return In(self.lhs, self.rhs).as_sql(compiler, connection)

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        lhs, params = self.process_lhs(compiler, connection)
        kind = bulk.db_type(self.lhs.output_field)
        return f"{lhs} = ANY(%s::{kind}[])", [*params, bulk.array(list(self.rhs))]
