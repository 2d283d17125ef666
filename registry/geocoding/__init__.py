"""Asking a geocoder outside for a better point than the offline gazetteer has. Off by default."""
