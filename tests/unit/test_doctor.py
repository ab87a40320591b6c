"""Every link of the chain, whole and broken: what doctor says of it and how it is mended."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot import wiring
from bot.clock import SystemClock
from bot.doctor import Check, examine_all
from bot.errors import ConfigurationError
from bot.sandbox.demo import Sandbox, open_sandbox
from bot.sandbox.shipping import SHOPIFY_STORE, PretendStore
from bot.settings import SettingsError, load
from storage.database import Database
from storage.notices import Notices
from storage.overrides import Overrides

pytestmark = pytest.mark.anyio

NEED = frozenset({"slack", "sources", "database"})
COLOUR = {True: "green", False: "red", None: "yellow"}


class Patient:
    """A pretend world and the settings of a bot in it."""

    def __init__(self, sandbox: Sandbox, folder):
        self.sandbox, self.folder = sandbox, folder
        self.world, self.workspace, self.faults = sandbox.world, sandbox.workspace, sandbox.faults
        self.toml = ""
        self.more: dict[str, str | None] = {}

    @property
    def room(self):
        return self.workspace.channels[self.workspace.channel]

    @property
    def shop(self) -> PretendStore:
        return self.world.shipping.stores[SHOPIFY_STORE]

    def settings(self):
        if self.toml:
            (self.folder / "stuck.toml").write_text(self.toml)
        known = {**self.sandbox.environment(), "DATABASE_URL": f"sqlite:///{self.folder / 'stuck.db'}"}
        known |= self.more
        return load(
            {name: value for name, value in known.items() if value is not None}, self.folder, need=NEED
        )

    async def checks(self) -> list[Check]:
        return await wiring.doctor(self.settings())

    async def check(self, subject: str) -> Check:
        found = [check for check in await self.checks() if check.subject == subject]
        assert len(found) == 1, f"one line about {subject}, not {found}"
        return found[0]

    async def write(self, work) -> None:
        database = Database(self.settings().database_url)
        async with database.write() as session:
            await work(session)
        await database.close()


@pytest.fixture
async def patient(anyio_backend, tmp_path):
    async with open_sandbox(SystemClock(), alive=False, orders=10) as sandbox:
        patient = Patient(sandbox, tmp_path)
        await wiring.upgrade(patient.settings())
        yield patient


async def test_a_healthy_bot_is_green_from_end_to_end(patient):
    await wiring.sync(patient.settings(), None)
    checks = await patient.checks()
    assert {check.subject: COLOUR[check.ok] for check in checks} == dict.fromkeys(
        [
            "settings",
            "database",
            "messages to Slack",
            "Slack",
            "Slack scopes",
            "audits in Slack",
            "links to orders",
            "direct messages",
            "channel of main",
            "reading back in main",
            "Slack clicks",
            "Shopify of main",
            "ShipStation of main",
            "store mapping of main",
            "matching of main",
        ],
        "green",
    )


async def test_a_database_file_that_others_may_read_is_told_with_what_mends_it(patient):
    file = patient.folder / "stuck.db"
    file.chmod(0o644)
    check = await patient.check("database file")
    assert (check.ok, check.todo) == (None, f"Run: chmod 600 {file}")
    file.chmod(0o600)
    assert "database file" not in {each.subject for each in await patient.checks()}


async def test_looking_changes_nothing_and_posts_nothing(patient):
    await patient.checks()
    assert patient.workspace.messages() == []
    assert patient.world.writes_attempted == 0


async def test_no_line_shows_a_secret(patient):
    patient.faults.add("status", status=401, times=None)
    patient.workspace.tokens.clear()
    patient.more = {"SLACK_BOT_TOKEN": "xoxb-tell-nobody", "SHIPSTATION_API_SECRET": "tell-nobody"}
    shown = str(await patient.checks())
    assert "red" in {COLOUR[check.ok] for check in await patient.checks()}
    for secret in ("tell-nobody", "pretend-secret", "xapp-pretend"):
        assert secret not in shown


# ---------------------------------------------------------------- one thing wrong at a time

Harm = Callable[[Patient], object]


def archived(patient: Patient) -> None:
    patient.room.is_archived = True


def thrown_out(patient: Patient) -> None:
    patient.room.members.discard("U0STUCK")


def without_scope(*scopes: str) -> Harm:
    def harm(patient: Patient) -> None:
        patient.workspace.scopes -= set(scopes)

    return harm


def private(patient: Patient) -> None:
    patient.room.is_private = True
    patient.workspace.scopes.discard("groups:history")


def settings(**more: str | None) -> Harm:
    def harm(patient: Patient) -> None:
        patient.more = more

    return harm


def toml(text: str) -> Harm:
    def harm(patient: Patient) -> None:
        patient.toml = f'[[stores]]\nname = "main"\n{text}'

    return harm


def allowed(text: str, *harms: Harm) -> Harm:
    """Have the settings name who may act, and the pretend Slack know two groups, one of them empty."""

    def harm(patient: Patient) -> None:
        patient.toml = f'{text}\n[[stores]]\nname = "main"\n'
        patient.workspace.groups = {"S0OPS": {"U0ALEX", "U0BO"}, "S0NOBODY": set()}
        for each in harms:
            each(patient)

    return harm


def without_paid_plan(patient: Patient) -> None:
    patient.workspace.fail_next("usergroups.users.list", "plan_upgrade_required")


def people_unwell(patient: Patient) -> None:
    patient.workspace.fail_next("users.info", 503)


def unplugged(patient: Patient) -> None:
    patient.workspace.fail_next("auth.test", "cut_before")


def revoked(patient: Patient) -> None:
    patient.workspace.tokens["xoxb-pretend"] = "token_revoked"


def app_token_refused(patient: Patient) -> None:
    patient.workspace.tokens["xapp-pretend"] = "invalid_auth"


def socket_unwell(patient: Patient) -> None:
    patient.workspace.fail_next("apps.connections.open", 503)


def import_off(patient: Patient) -> None:
    patient.shop.auto_refresh = False


def a_second_shop(patient: Patient) -> None:
    patient.world.shipping.stores[99] = PretendStore(99, "Other Goods", 82, "Shopify")


def no_shop(patient: Patient) -> None:
    patient.shop.active = False


def no_name(patient: Patient) -> None:
    for each in patient.world.shipping.stores.values():
        each.marketplace = "Custom"


def all_orders(patient: Patient) -> None:
    patient.world.shopify.scopes.add("read_all_orders")


def gone(patient: Patient) -> None:
    patient.workspace.deactivate("U0ALEX")


def calling(who: str, *harms: Harm) -> Harm:
    """Name whom unowned gaps call."""
    return allowed(f'escalation.to = "{who}"', *harms)


BROKEN = [
    (archived, "channel of main", "red", "#order-gaps is archived", "Unarchive it"),
    (thrown_out, "channel of main", "red", "The bot is not in #order-gaps", "/invite @stuck"),
    (settings(SLACK_CHANNEL="C0NOWHERE1"), "channel of main", "red", "channel_not_found", "/invite @stuck"),
    (without_scope("channels:read"), "channel of main", "yellow", "may not look", "channels:read"),
    (without_scope("channels:history"), "reading back in main", "red", "missing_scope", "channels:history"),
    (private, "reading back in main", "red", "missing_scope", "groups:history"),
    (without_scope("users:read"), "Slack scopes", "red", "users:read to know time zones", "reinstall"),
    (without_scope("commands"), "Slack scopes", "red", "commands to answer /stuck", "stuck manifest"),
    (without_scope("files:read", "im:write"), "Slack scopes", "green", "All that is needed", ""),
    (
        without_scope("files:read", "im:write"),
        "audits in Slack",
        "yellow",
        "Without files:read the exports cannot be read; without im:write /stuck audit has no place to answer.",
        "If you want audits in Slack",
    ),
    (without_scope("links:read", "links:write"), "Slack scopes", "green", "All that is needed", ""),
    (
        without_scope("links:write"),
        "links to orders",
        "yellow",
        "Without links:write links to Shopify orders stay without what both systems say.",
        "If you want links to orders",
    ),
    (without_scope("usergroups:read"), "Slack scopes", "green", "All that is needed", ""),
    (
        allowed('allowed_groups = ["S0OPS"]', without_scope("usergroups:read")),
        "Slack scopes",
        "red",
        "usergroups:read to know who is in allowed_groups",
        "reinstall",
    ),
    (
        allowed('allowed_groups = ["S0OPS", "S0NOBODY"]', without_scope("usergroups:read")),
        "user group S0OPS",
        "red",
        "missing_scope, so nobody may act by being in it",
        "Add the scope usergroups:read to the app (`stuck manifest` lists it), then reinstall",
    ),
    (allowed('allowed_groups = ["S0OPS"]'), "user group S0OPS", "green", "2 in it, who may act", ""),
    (allowed('allowed_groups = ["S0NOBODY"]'), "user group S0NOBODY", "yellow", "Nobody is in it", "Slack"),
    (
        allowed('allowed_groups = ["S0GONE"]'),
        "user group S0GONE",
        "red",
        "no_such_subteam",
        "Correct allowed_groups in stuck.toml",
    ),
    (
        allowed('allowed_groups = ["S0OPS"]', without_paid_plan),
        "user group S0OPS",
        "red",
        "plan_upgrade_required",
        "allowed_users",
    ),
    (allowed('allowed_users = ["U0ALEX"]'), "people who may act", "green", "1 named", ""),
    (allowed('allowed_users = ["U0GUEST"]'), "people who may act", "green", "1 named", ""),
    (
        allowed('allowed_users = ["U0ALEX", "U0WHO"]'),
        "people who may act",
        "red",
        "Slack does not know U0WHO",
        "Correct allowed_users in stuck.toml",
    ),
    (
        allowed('allowed_users = ["U0STRANGER", "U0ALEX"]'),
        "people who may act",
        "yellow",
        "U0STRANGER may not act all the same",
        "Take them out",
    ),
    (
        allowed('allowed_users = ["U0ALEX"]', people_unwell),
        "people who may act",
        "yellow",
        "http_error to users.info",
        "",
    ),
    (without_scope("im:history"), "Slack scopes", "green", "All that is needed", ""),
    (without_scope("im:history"), "direct messages", "yellow", "Without im:history", "reinstall"),
    (calling("U0ALEX"), "escalation to U0ALEX", "green", "Slack knows them", ""),
    (calling("U0WHO"), "escalation to U0WHO", "red", "Slack does not know them", "under escalation"),
    (calling("U0ALEX", gone), "escalation to U0ALEX", "red", "Their account is closed", "under escalation"),
    (calling("U0ALEX", people_unwell), "escalation to U0ALEX", "yellow", "http_error to users.info", ""),
    (calling("S0OPS"), "escalation to S0OPS", "green", "2 in it", ""),
    (calling("S0NOBODY"), "escalation to S0NOBODY", "red", "so nobody is called", "somebody else"),
    (calling("S0GONE"), "escalation to S0GONE", "yellow", "no_such_subteam", ""),
    (revoked, "Slack", "red", "refuses the bot token: token_revoked", "Install the app again"),
    (unplugged, "Slack", "red", "cannot be asked now: cut", ""),
    (app_token_refused, "Slack clicks", "red", "invalid_auth to SLACK_APP_TOKEN", "connections:write"),
    (socket_unwell, "Slack clicks", "red", "http_error", ""),
    (
        settings(SLACK_APP_TOKEN=None, SLACK_SIGNING_SECRET=None),
        "Slack clicks",
        "red",
        "Nothing can receive",
        "SLACK_APP_TOKEN",
    ),
    (settings(SLACK_APP_TOKEN=None), "Slack clicks", "green", "Over HTTP", ""),
    (settings(SHIPSTATION_API_SECRET="no"), "ShipStation of main", "red", "", "SHIPSTATION_API"),
    (settings(SHOPIFY_CLIENT_SECRET="no"), "Shopify of main", "red", "Shopify refused", "Dev Dashboard"),
    (all_orders, "Shopify of main", "green", "Pretend", ""),
    (toml("[stores.shipstation]\nstore_ids = [4711]"), "store mapping of main", "red", "4711", "518001"),
    (import_off, "store mapping of main", "yellow", "automatic import is off", "Turn it on"),
    (a_second_shop, "store mapping of main", "yellow", "all of them count", "store_ids"),
    (no_shop, "store mapping of main", "red", "No active Shopify store", "store_ids"),
    (no_name, "store mapping of main", "yellow", "all 3 count", "store_ids"),
]


@pytest.mark.parametrize(
    ("harm", "subject", "colour", "text", "todo"),
    BROKEN,
    ids=[f"{subject} {colour}: {text or todo}" for _, subject, colour, text, todo in BROKEN],
)
async def test_what_is_broken_is_named_with_the_way_to_mend_it(patient, harm, subject, colour, text, todo):
    harm(patient)
    check = await patient.check(subject)
    assert COLOUR[check.ok] == colour
    assert text in check.text
    assert todo in check.todo


async def test_a_scope_that_every_group_lacks_is_told_for_the_first_only(patient):
    allowed('allowed_groups = ["S0OPS", "S0NOBODY"]', without_scope("usergroups:read"))(patient)
    subjects = [check.subject for check in await patient.checks() if check.subject.startswith("user group")]
    assert subjects == ["user group S0OPS"]


async def test_a_group_that_is_called_is_not_looked_into_without_the_right_to(patient):
    calling("S0OPS", without_scope("usergroups:read"))(patient)
    assert [check for check in await patient.checks() if check.subject.startswith("escalation")] == []


async def test_a_store_without_a_channel_is_red(patient):
    settings = patient.settings()
    [store] = settings.stores
    checks = await examine_all(replace(settings, stores=(replace(store, channel=None),)), wiring.sources)
    [check] = [check for check in checks if check.subject == "channel of main"]
    assert (check.ok, check.text) == (False, "No channel is set.")


async def test_the_channels_of_severities_are_looked_at_like_the_store_s_own_as_set_in_slack(patient):
    patient.workspace.add_channel("C0URGENT", "urgent")
    patient.workspace.channels["C0URGENT"].members.discard("U0STUCK")

    async def override(session):
        channels = {"critical": "C0URGENT", "high": "C0URGENT", "normal": patient.workspace.channel}
        await Overrides(session, SystemClock().now()).change(
            "main", lambda _: {"channels": channels}, person="U0ALEX"
        )

    await patient.write(override)
    check = await patient.check("channel of main for critical and high")
    assert (check.ok, check.text, check.todo) == (
        False,
        "The bot is not in #urgent.",
        "In #urgent type: /invite @stuck",
    )
    patient.workspace.channels["C0URGENT"].members.add("U0STUCK")
    assert (await patient.check("reading back in main for critical and high")).ok
    assert (await patient.check("channel of main")).ok


async def test_without_a_bot_token_slack_is_red_and_the_rest_is_still_looked_at(patient):
    settings = patient.settings()
    checks = await examine_all(
        replace(settings, slack=replace(settings.slack, bot_token=None)), wiring.sources
    )
    said = {check.subject: check.text for check in checks}
    assert said["Slack"] == "SLACK_BOT_TOKEN is not set."
    assert "Shopify of main" in said


async def test_slack_that_does_not_name_scopes_is_worth_knowing_and_not_wrong(patient):
    patient.workspace.scopes.clear()
    assert (await patient.check("Slack scopes")).ok is None


# ---------------------------------------------------------------- settings


async def test_each_wrong_setting_is_a_line_of_its_own():
    with pytest.raises(SettingsError) as refused:
        load({"SHOPIFY_SHOP": "https://x y"}, need=NEED)
    checks = await examine_all(refused.value, wiring.sources)
    assert {check.ok for check in checks} == {False}
    said = {check.subject: check for check in checks}
    assert "setting SLACK_BOT_TOKEN" in said
    assert said["setting SHOPIFY_SHOP"].todo.startswith("For example: ")
    assert len(checks) == len(refused.value.problems)


async def test_settings_that_cannot_be_read_at_all_are_one_line():
    [check] = await examine_all(
        ConfigurationError("stuck.toml is no TOML.", why="Line 3.", todo="Mend it."), wiring.sources
    )
    assert (check.subject, check.ok, check.text, check.todo) == (
        "settings",
        False,
        "stuck.toml is no TOML.",
        "Line 3. Mend it.",
    )


# ---------------------------------------------------------------- the database


async def test_a_database_without_a_schema_is_brought_up_by_itself(patient, tmp_path):
    patient.more = {"DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"}
    check = await patient.check("database")
    assert check.ok is None
    assert "no schema yet" in check.text
    assert "stuck db upgrade" in check.todo
    assert (await patient.check("matching of main")).text == "Nothing was read yet."


async def test_a_database_of_a_newer_version_is_red(patient):
    async def newer(session):
        await (await session.connection()).exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    await patient.write(newer)
    check = await patient.check("database")
    assert check.ok is False
    assert "9999" in check.text
    assert "newest version" in check.todo


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("postgresql://stuck:hunter2@127.0.0.1:9/stuck", "refused"),
        ("sqlite:////nowhere/at/all/stuck.db", "No such file"),
    ],
    ids=["server", "file"],
)
async def test_a_database_that_is_away_is_red_and_says_why(patient, address, why):
    patient.more = {"DATABASE_URL": address}
    check = await patient.check("database")
    assert check.ok is False
    assert why in check.text
    assert "hunter2" not in check.text


async def test_messages_that_slack_refuses_are_red_with_their_code(patient):
    order = patient.world.order("#5001", age=timedelta(hours=9))
    patient.world.import_order(order, age=timedelta(hours=8))
    patient.world.label(order, age=timedelta(hours=5), notify="Refused")
    await wiring.sync(patient.settings(), None)
    now = SystemClock().now()

    async def refused(session):
        await _attempt(Notices(session, now), "is_archived", times=5)

    await patient.write(refused)
    check = await patient.check("messages to Slack")
    text = "main: 2 messages are kept back, because Slack answers is_archived."
    assert (check.ok, check.text) == (False, text)
    assert "Unarchive" in check.todo
    assert "goes out by itself" in check.todo

    async def unwell(session):
        await _attempt(Notices(session, now), "internal_error", times=1)

    await patient.write(unwell)
    check = await patient.check("messages to Slack")
    assert (check.ok, check.text) == (False, "1 waiting, refused again and again: internal_error.")

    async def buried(session):
        notices = Notices(session, now)
        taken = await notices.take("main")
        await notices.dead(taken, "invalid_blocks")

    await patient.write(buried)
    check = await patient.check("messages to Slack")
    assert (check.ok, check.text) == (None, "1 given up.")


async def _attempt(notices: Notices, code: str, *, times: int) -> None:
    for _ in range(times):
        taken = await notices.take("main")
        await notices.retry(taken, after=timedelta(0), error=code)


# ---------------------------------------------------------------- matching


async def test_without_shopifys_ids_orders_are_matched_by_number(patient):
    await wiring.sync(patient.settings(), None)
    assert "matched by id" in (await patient.check("matching of main")).text
    for row in patient.world.shipping.orders.values():
        row.key = f"other-{row.id}"
        row.modified = datetime.now(row.modified.tzinfo)
    await wiring.sync(patient.settings(), None)
    check = await patient.check("matching of main")
    assert check.ok is True
    assert "matched by order number" in check.text


async def test_what_absent_orders_have_in_common_is_offered_as_an_exclusion(patient):
    for number in range(4):
        patient.world.order(f"#700{number}", age=timedelta(hours=9), tags=["b2b"])
    await wiring.sync(patient.settings(), None)
    advice = [check for check in await patient.checks() if check.subject == "settings of main"]
    assert [check.ok for check in advice] == [None]
    assert "All 4 orders with the tag “b2b” are absent from ShipStation" in advice[0].text
    assert 'exclude_tags = ["b2b"]' in advice[0].todo
