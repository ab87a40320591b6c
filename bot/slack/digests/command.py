"""`/stuck digest [week] [store]`: a digest at once and privately, also on a day without one."""

from datetime import timedelta

from bot.gaps import calendar
from bot.settings import StoreSettings
from bot.slack import answers
from bot.slack.clicks import Voice
from bot.slack.desk import Desk
from bot.slack.digest import shareable
from bot.slack.digests import hours
from bot.slack.digests.day import day
from bot.slack.digests.gathering import day_facts
from bot.slack.digests.owing import DAILY
from bot.slack.digests.week import week
from bot.slack.digests.weekly_facts import week_facts
from bot.slack.message import Message
from bot.slack.which import meant, which
from storage.runs import Runs

WEEK = "week"
_DAY = timedelta(days=1)


async def digest(desk: Desk, voice: Voice, about: str, shared_by: str | None) -> Message:
    """Return the digest of the store that was named, or of the one whose channel this is."""
    _, _, typed = answers.read_key(about)
    words = typed.casefold().split()
    stores = meant([word for word in words if word != WEEK], desk.stores, voice.place.channel)
    if len(stores) != 1:
        return which("digest", desk.stores, f" With `{WEEK}` before the name it is the last seven days.")
    store = stores[0]
    message = await (_week if WEEK in words else _day)(desk, store)
    value = answers.typed_key(f"{WEEK} {store.rules.name}" if WEEK in words else store.rules.name)
    return shareable(message, "digest", value, shared_by)


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
