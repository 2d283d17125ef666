"""The API's own description, for whoever may enter."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from crisis.staff.permissions import HasCapability
from crisis.staff.roles import Capability


class SchemaView(SpectacularAPIView):
    permission_classes = [HasCapability]
    capability = Capability.ENTER


class DocsView(SpectacularSwaggerView):
    permission_classes = [HasCapability]
    capability = Capability.ENTER
