# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of signing in and out and of one's own account, on every door where somebody signs in."""

from django.urls import path

from tejido.web.accounts import account_views, key_views, own_password, views

urlpatterns = [
    path("login/", views.sign_in, name="sign_in"),
    path("login/key/", views.sign_in_with_key, name="sign_in_with_key"),
    path("logout/", views.sign_out, name="sign_out"),
    path("password/", own_password.choose_password, name="choose_password"),
    path("account/", account_views.show_account, name="show_account"),
    path("account/codes/", account_views.make_codes, name="make_codes"),
    path("account/keys/new/", key_views.add_key, name="add_key"),
    path("account/keys/keep/", key_views.keep_key, name="keep_key"),
    path("account/keys/<uuid:key_id>/remove/", key_views.remove_key, name="remove_key"),
    path("account/sessions/end/", account_views.end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<uuid:session_id>/end/", account_views.end_one_session, name="end_one_session"),
    path("language/", views.choose_language, name="choose_language"),
]
