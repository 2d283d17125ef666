"""Log-in, log-out and language."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.utils.decorators import method_decorator
from django.views.i18n import set_language


@method_decorator(login_not_required, name="dispatch")
class LogIn(LoginView):
    """Ten wrong passwords lock a name at one address for a quarter of an hour (settings)."""

    template_name = "console/login.html"
    redirect_authenticated_user = True


class LogOut(LogoutView):
    """By POST only; anybody logged in may leave."""


language = login_not_required(set_language)
log_in = LogIn.as_view()
log_out = LogOut.as_view()
