"""`/stuck digest [week] [store]`: a digest at once and privately, also on a day without one."""

from collections.abc import Sequence
from datetime import timedelta

from bot.gaps import calendar
from bot.settings import StoreSettings
from bot.slack import answers, replies
from bot.slack.clicks import Voice
from bot.slack.desk import Desk
from bot.slack.digest import shareable
from bot.slack.digests import hours
from bot.slack.digests.day import day
from bot.slack.digests.gathering import day_facts
from bot.slack.digests.owing import DAILY
from bot.slack.digests.week import week
from bot.slack.digests.weekly_facts import week_facts
from bot.slack.escape import safe
from bot.slack.message import Message
from storage.runs import Runs

WEEK = "week"
_DAY = timedelta(days=1)


async def digest(desk: Desk, voice: Voice, about: str, shared_by: str | None) -> Message:
    """Return the digest of the store that was named, or of the one whose channel this is."""
    _, _, typed = answers.read_key(about)
    words = typed.casefold().split()
    stores = meant([word for word in words if word != WEEK], desk.stores, voice.place.channel)
    if len(stores) != 1:
        return replies.private(_which(desk.stores))
    store = stores[0]
    message = await (_week if WEEK in words else _day)(desk, store)
    value = answers.typed_key(f"{WEEK} {store.rules.name}" if WEEK in words else store.rules.name)
    return shareable(message, "digest", value, shared_by)


def meant(words: list[str], stores: Sequence[StoreSettings], channel: str | None) -> list[StoreSettings]:
    """Return the stores that these words name; without any, those of the channel, or all."""
    if words:
        return [store for store in stores if [store.rules.name.casefold()] == words]
    return [store for store in stores if channel and store.channel == channel] or list(stores)


def _which(stores: Sequence[StoreSettings]) -> str:
    names = ", ".join(f"`/stuck digest {safe(store.rules.name, 64)}`" for store in stores[:20])
    return f"Which store? {names}. With `{WEEK}` before the name it is the last seven days."


async def _day(desk: Desk, store: StoreSettings) -> Message:
    """Return where the store stands now, counted from its last digest on: today's, or the one before."""
    now, rules = desk.clock.now(), store.rules
    async with desk.database.read() as session:
        last = (await Runs(session, now).cursors_of(rules.name)).get(DAILY)
    since = last or hours.before(rules, store.digests, now)
    return day(await day_facts(desk, rules, since))


async def _week(desk: Desk, store: StoreSettings) -> Message:
    """Return the last seven days, today among them."""
    ends = calendar.local_day(store.rules, desk.clock.now()) + _DAY
    return week(await week_facts(desk, store.rules, ends))
