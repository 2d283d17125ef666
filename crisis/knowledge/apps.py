from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    name = "crisis.knowledge"
    label = "knowledge"
    verbose_name = _("领事知识")
