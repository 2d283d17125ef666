"""A provider's access token, shared by all workers of the installation."""

from django.db import models

from config.kernel.fields import EncryptedTextField


class ProviderToken(models.Model):
    gateway = models.CharField(max_length=20, primary_key=True)
    token = EncryptedTextField(purpose="notifications.provider.token")
    expires_at = models.DateTimeField(help_text="Real time.")
    renewed_at = models.DateTimeField(help_text="Real time.")

    def __str__(self) -> str:
        return self.gateway
