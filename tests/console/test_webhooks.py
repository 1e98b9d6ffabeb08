"""Webhook endpoints and deliveries, as a person looks after them."""

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Page, expect

from models.events import DEAD, DELIVERED
from models.organizations import GENERATE, READ, ApiKey, Organization
from models.session import Database
from tests.console.browser import Visit
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.stack import Stack, until

pytestmark = pytest.mark.browser

PAGES = "/console/webhooks"
HOSTILE = "<script>alert(1)</script><b>Ours</b>"


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def clean(service: Stack) -> Iterator[None]:
    """No endpoint outlives its test."""
    yield
    for one in endpoints(service):
        call(service, "DELETE", str(one["id"]))


def call(service: Stack, method: str, endpoint_id: str, body: object = None) -> None:
    """Change or delete an endpoint by the API."""
    url = f"{service.url}/api/v2/webhook-endpoints/{endpoint_id}"
    answer = requests.request(method, url, json=body, headers={"x-api-key": service.key}, timeout=30)
    assert answer.ok, answer.text


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def add(member: Visit, url: str, description: str = "Ours", *events: str) -> str:
    """Add an endpoint by the form; the secret that the page after it shows."""
    page = member.open(f"{PAGES}/new")
    page.get_by_label("Address").fill(url)
    page.get_by_label("Description").fill(description)
    for event in events:
        page.get_by_label(event).check()
    press(page, "Add the endpoint")
    page.wait_for_url("**/webhooks/endpoints/*")
    return page.locator("#secret").inner_text()


def endpoints(service: Stack) -> list[dict[str, object]]:
    found: list[dict[str, object]] = service.get("/api/v2/webhook-endpoints").json()["webhook_endpoints"]
    return found


def deliveries(service: Stack, **query: str) -> list[dict[str, object]]:
    text = "&".join(f"{name}={value}" for name, value in query.items())
    found: list[dict[str, object]] = service.get(f"/api/v2/webhook-deliveries?{text}").json()[
        "webhook_deliveries"
    ]
    return found


def test_an_endpoint_is_added_and_its_secret_is_shown_this_once(
    member: Visit, service: Stack, receiver: WebhookReceiver
) -> None:
    page = member.open(PAGES)
    expect(page.get_by_text("There is no endpoint yet.")).to_be_visible()
    member.check()
    page.get_by_role("link", name="Add an endpoint").click()
    member.check()
    secret = add(member, receiver.url(), HOSTILE, "task_execution.completed", "verification.*")
    assert secret.startswith("whsec_")
    member.check()
    [made] = endpoints(service)
    assert made["description"] == HOSTILE
    assert made["events"] == ["task_execution.completed", "verification.*"]
    press(page, "Send a ping")
    page.wait_for_url("**/webhooks/deliveries/*")
    receiver.wait_for(1)
    receiver.verify(secret)
    member.open(f"{PAGES}/endpoints/{made['id']}")
    assert secret not in page.content()
    member.open(PAGES)
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    member.check()


def test_what_is_wrong_with_an_endpoint_is_told_at_its_field(member: Visit, service: Stack) -> None:
    member.expected.append("422")
    page = member.open(f"{PAGES}/new")
    page.get_by_label("Address").fill("ftp://hooks.example/")
    page.get_by_label("Description").fill("Typed already")
    page.get_by_label("verification.*").check()
    press(page, "Add the endpoint")
    expect(page.get_by_role("alert")).to_contain_text("Address")
    address = page.get_by_label("Address")
    assert address.get_attribute("aria-invalid") == "true"
    assert "url-error" in (address.get_attribute("aria-describedby") or "")
    assert address.input_value() == "ftp://hooks.example/"
    assert page.get_by_label("Description").input_value() == "Typed already"
    assert page.get_by_label("verification.*").is_checked()
    member.check()
    assert endpoints(service) == []


def test_a_ping_s_answer_is_shown_and_it_is_sent_again(
    member: Visit, service: Stack, receiver: WebhookReceiver
) -> None:
    member.expected.append("409")
    receiver.answer_with(410, body="<i>No such hook</i>", times=1)
    add(member, receiver.url("/answers"))
    page = member.page
    press(page, "Send a ping")
    page.wait_for_url("**/webhooks/deliveries/*")
    shown = page.url
    delivery_id = shown.rpartition("/")[2]
    until(lambda: one_of(service, delivery_id)["status"] == DEAD, "the ping is given up")
    page.goto(shown)
    row = page.locator("section[aria-labelledby=attempts] tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("410")
    expect(row).to_contain_text("<i>No such hook</i>")
    expect(row).to_contain_text(" ms")
    expect(page.locator("pre").last).to_contain_text('"type": "webhook_endpoint.ping"')
    member.check()
    press(page, "Send it again")
    expect(page.get_by_role("alert")).to_contain_text("disabled")
    [endpoint] = endpoints(service)
    call(service, "PATCH", str(endpoint["id"]), {"enabled": True})
    press(page, "Send it again")
    until(lambda: one_of(service, delivery_id)["status"] == DELIVERED, "the ping is delivered")
    page.goto(shown)
    expect(row).to_have_count(2)
    assert len(receiver.requests) == 2


def one_of(service: Stack, delivery_id: str) -> dict[str, object]:
    found: dict[str, object] = service.get(f"/api/v2/webhook-deliveries/{delivery_id}").json()
    return found


def test_an_endpoint_is_changed_disabled_and_enabled(
    member: Visit, service: Stack, receiver: WebhookReceiver
) -> None:
    member.expected.append("422")
    add(member, receiver.url("/before"))
    page = member.page
    page.get_by_label("Address").fill("nowhere")
    press(page, "Store the changes")
    expect(page.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    member.check()
    page.get_by_label("Address").fill(receiver.url("/after"))
    page.get_by_label("task_execution.failed").check()
    press(page, "Store the changes")
    expect(page.get_by_role("status")).to_contain_text("changed")
    [now] = endpoints(service)
    assert (now["url"], now["events"]) == (receiver.url("/after"), ["task_execution.failed"])
    press(page, "Disable")
    expect(page.get_by_text("It was disabled by its owner.")).to_be_visible()
    expect(page.get_by_role("button", name="Send a ping")).to_have_count(0)
    member.check()
    member.open(PAGES)
    expect(page.get_by_text("It was disabled by its owner.")).to_be_visible()
    page.get_by_role("link", name="/after").click()
    press(page, "Enable")
    expect(page.get_by_role("button", name="Send a ping")).to_be_visible()
    assert endpoints(service)[0]["enabled"] is True


def test_a_rotated_secret_signs_beside_the_old_one(
    member: Visit, service: Stack, receiver: WebhookReceiver
) -> None:
    member.expected.append("422")
    old = add(member, receiver.url("/rotated"))
    page = member.page
    page.get_by_label("Hours of overlap").fill("1000")
    press(page, "Make a new secret")
    expect(page.get_by_label("Hours of overlap")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Hours of overlap")).to_have_value("1000")
    page.get_by_label("Hours of overlap").fill("1")
    press(page, "Make a new secret")
    new = page.locator("#secret").inner_text()
    assert new != old
    press(page, "Send a ping")
    receiver.wait_for(1)
    receiver.verify(new)
    receiver.verify(old)


def test_an_endpoint_is_deleted_after_a_question(
    member: Visit, service: Stack, receiver: WebhookReceiver
) -> None:
    add(member, receiver.url("/gone"))
    page = member.page
    page.get_by_role("link", name="Delete …").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete the endpoint?")
    member.check()
    page.get_by_role("link", name="Keep it").click()
    assert len(endpoints(service)) == 1
    page.get_by_role("link", name="Delete …").click()
    press(page, "Delete the endpoint")
    page.wait_for_url("**/console/webhooks")
    assert endpoints(service) == []


def test_deliveries_are_filtered_and_paged(member: Visit, service: Stack, receiver: WebhookReceiver) -> None:
    made = service.post("/api/v2/webhook-endpoints", {"url": receiver.url("/many")}).json()["id"]
    other = service.post("/api/v2/webhook-endpoints", {"url": receiver.url("/one")}).json()["id"]
    for _ in range(22):
        service.post(f"/api/v2/webhook-endpoints/{made}/ping")
    service.post(f"/api/v2/webhook-endpoints/{other}/ping")
    page = member.open(f"{PAGES}/deliveries")
    page.get_by_label("Endpoint").first.select_option(made)
    press(page, "Filter")
    rows = page.locator("table tbody tr")
    expect(rows).to_have_count(20)
    member.check()
    page.get_by_role("link", name="Older ones").click()
    expect(rows).to_have_count(2)
    expect(page.get_by_role("link", name="Older ones")).to_have_count(0)
    page.get_by_role("link", name="To the newest").click()
    expect(rows).to_have_count(20)
    page.get_by_label("Endpoint").first.select_option(other)
    page.get_by_label("Event", exact=True).select_option("webhook_endpoint.ping")
    press(page, "Filter")
    expect(rows).to_have_count(1)
    page.get_by_label("Event", exact=True).select_option("task_execution.failed")
    press(page, "Filter")
    expect(rows).to_have_count(0)
    member.check()


def test_all_that_was_given_up_is_sent_again(
    member: Visit, service: Stack, receiver: WebhookReceiver
) -> None:
    receiver.answer_with(410)
    made = service.post("/api/v2/webhook-endpoints", {"url": receiver.url("/again")}).json()["id"]
    for _ in range(2):
        service.post(f"/api/v2/webhook-endpoints/{made}/ping")
    until(lambda: len(deliveries(service, endpoint_id=made, status=DEAD)) == 2, "both are given up")
    receiver.answer_with(200)
    call(service, "PATCH", made, {"enabled": True})
    page = member.open(f"{PAGES}/deliveries?endpoint_id={made}")
    page.get_by_text("Send many again").click()
    member.check()
    page.locator("#replay-from").fill("2001-01-01")
    page.locator("#replay-to").fill("2001-01-02")
    press(page, "Send all of these again")
    expect(page.get_by_role("status")).to_contain_text("0 deliveries are sent again.")
    member.open(f"{PAGES}/deliveries?endpoint_id={made}")
    page.get_by_text("Send many again").click()
    press(page, "Send all of these again")
    expect(page.get_by_role("status")).to_contain_text("2 deliveries are sent again.")
    until(lambda: len(deliveries(service, endpoint_id=made, status=DELIVERED)) == 2, "both are delivered")


def signed_in_with(visitor: Visit, service: Stack, *scopes: str, name: str = "Acme") -> Page:
    """A visitor with a key that may do no more than this."""
    database = Database(service.settings.database_url)
    with database.write() as session:
        organization = Organization.named(session, name)
        key = ApiKey.create(session, organization, "live", service.settings.secret_key, scopes)
    database.dispose()
    page = visitor.open("/console/sign-in")
    page.get_by_label("Key of your organisation").fill(key)
    press(page, "Sign in")
    page.wait_for_url("**/console")
    return page


def test_who_may_only_read_sees_deliveries_and_no_endpoints(
    visitor: Visit, service: Stack, receiver: WebhookReceiver
) -> None:
    visitor.expected.append("403")
    made = service.post("/api/v2/webhook-endpoints", {"url": receiver.url("/read")}).json()["id"]
    sent = service.post(f"/api/v2/webhook-endpoints/{made}/ping").json()["id"]
    page = signed_in_with(visitor, service, READ)
    visitor.open(PAGES)
    expect(page.get_by_text("the scope admin")).to_be_visible()
    expect(page.get_by_text(receiver.url("/read"))).to_have_count(0)
    visitor.check()
    visitor.open(f"{PAGES}/deliveries")
    expect(page.get_by_text("Send many again")).to_have_count(0)
    expect(page.get_by_label("Endpoint")).to_have_count(0)
    visitor.open(f"{PAGES}/deliveries/{sent}")
    expect(page.get_by_role("button", name="Send it again")).to_have_count(0)
    for path in (f"{PAGES}/new", f"{PAGES}/endpoints/{made}", f"{PAGES}/endpoints/{made}/delete"):
        visitor.open(path)
        expect(page.get_by_role("alert")).to_contain_text("needs the scope admin")


def test_another_organisation_finds_nothing(
    visitor: Visit, service: Stack, receiver: WebhookReceiver
) -> None:
    visitor.expected.append("404")
    made = service.post("/api/v2/webhook-endpoints", {"url": receiver.url("/mine")}).json()["id"]
    sent = service.post(f"/api/v2/webhook-endpoints/{made}/ping").json()["id"]
    page = signed_in_with(visitor, service, READ, GENERATE, "admin", name="Rival")
    visitor.open(PAGES)
    expect(page.get_by_text("There is no endpoint yet.")).to_be_visible()
    for path in (f"{PAGES}/endpoints/{made}", f"{PAGES}/deliveries/{sent}"):
        visitor.open(path)
        expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
