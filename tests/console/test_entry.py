"""Signing in: by key and by link, in a browser."""

import pytest

from tests.console.browser import Visit
from tests.console.conftest import sign_in_path
from tests.stack import Stack

pytestmark = pytest.mark.browser


def test_a_visitor_signs_in_with_a_key_and_comes_to_the_page_that_was_asked_for(
    visitor: Visit, service: Stack
) -> None:
    page = visitor.open("/console?from=here")
    assert page.url.endswith("/console/sign-in?next=/console?from%3Dhere")
    visitor.check()
    page.get_by_label("Key of your organisation").fill(service.key)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console?from=here")
    visitor.check()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/console/sign-in")
    visitor.open("/console")
    assert "/console/sign-in" in page.url


def test_a_wrong_key_is_told(visitor: Visit) -> None:
    visitor.expected.append("401")
    page = visitor.open("/console/sign-in")
    page.get_by_label("Key of your organisation").fill("ak_live_wrong")
    page.get_by_role("button", name="Sign in").click()
    assert "no key of this installation" in page.get_by_role("alert").inner_text()
    visitor.check()


def test_a_link_signs_in_once(visitor: Visit, service: Stack) -> None:
    visitor.expected.append("401")
    link = sign_in_path(service)
    page = visitor.open(link)
    assert page.url.endswith("/console")
    visitor.context.clear_cookies()
    visitor.open(link)
    assert "used already" in page.get_by_role("alert").inner_text()
    visitor.open("/console")
    assert "/console/sign-in" in page.url


def test_the_language_is_the_visitor_s_choice(visitor: Visit) -> None:
    page = visitor.open("/console/sign-in")
    page.get_by_label("Language").select_option("de")
    page.get_by_role("button", name="Change").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "de"
