"""Puts the parts together: the only place that knows all of them.

Everything is opened here, from the settings, and handed on by argument. Refuses: decisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alerts.auditor import Auditor
from alerts.dispatcher import Dispatcher
from alerts.office import Office
from alerts.pacing import Pacer
from alerts.planned import Planned
from alerts.retention import Remover
from alerts.roster_rounds import RosterRounds
from alerts.sending import DispatchTimes
from alerts.timers import Timers
from app.office_settings import Reads, build_ledger, build_office
from app.pinging import OutsidePing
from app.removing import build_remover
from app.settings import Settings
from app.telegram_account import open_account, open_channel
from bot.channels import telegram, webchat
from bot.channels.webchat import Webchat
from bot.dialogue import Dialogue
from bot.fetching import Fetching
from bot.reader import Reader
from domain.channel import Channel
from petitions.supervision_rounds import SupervisionRounds
from storage import migrate
from storage.kept_files import KeptFiles
from storage.key_rows import admit
from storage.live import Live, open_live
from storage.notices import Priority
from storage.rates import Rates, open_rates
from storage.store import Store
from storage.unit_of_work import UnitOfWork


def open_store(settings: Settings) -> Store:
    """Bring the database to this version's schema and open it with the keys it needs."""
    url = settings.storage.url
    migrate.upgrade(url)
    return Store(url, keyring=admit(url, settings.sealing.source()))


def file_folder(settings: Settings) -> Path:
    """Return where photos and other files of reports are kept: beside the cookie key."""
    return settings.web.cookie_secret_file.parent / "files"


@dataclass(frozen=True, slots=True)
class House:
    """Everything one process runs on."""

    settings: Settings
    office: Office
    store: Store
    live: Live
    rates: Rates
    channels: dict[str, Channel]
    recent: webchat.Recent
    account: telegram.Account | None = None

    def receiving(self) -> telegram.Receiving | None:
        """Return what keeps the bot on Telegram heard, if there is one."""
        channel = self.channels.get(telegram.NAME)
        if self.account is None or not isinstance(channel, telegram.Telegram):
            return None
        own = self.settings.channels.telegram
        return telegram.Receiving(
            account=self.account,
            channel=channel,
            store=self.store,
            live=self.live,
            token=own.token.get_secret_value(),
            public_url=self.settings.web.public_url if own.mode == "webhook" else "",
        )

    def reader(self) -> Reader:
        """Return what turns stored messages into reports and answers."""
        return Reader(
            store=self.store,
            dialogue=Dialogue(self.office, build_ledger(self.settings, self.office)),
            channels=self.channels,
            live=self.live,
        )

    def fetching(self) -> Fetching | None:
        """Return what fetches the files of reports, if a channel has any to fetch."""
        channel = self.channels.get(telegram.NAME)
        largest = self.settings.channels.telegram.largest_file
        if channel is None or not largest or not isinstance(channel, telegram.Telegram):
            return None
        return Fetching(
            store=self.store,
            live=self.live,
            kept=KeptFiles(file_folder(self.settings)),
            sources={telegram.NAME: channel},
            largest=largest,
        )

    def dispatcher(self) -> Dispatcher:
        """Return what sends due notices."""
        dispatch = self.settings.dispatch
        return Dispatcher(
            store=self.store,
            office=self.office,
            channels=self.channels,
            live=self.live,
            times=DispatchTimes(
                lease=dispatch.lease,
                poll=dispatch.poll,
                longest_wait={
                    Priority.RED: dispatch.max_wait_red,
                    Priority.ORANGE: dispatch.max_wait_orange,
                    Priority.YELLOW: dispatch.max_wait_yellow,
                },
            ),
            pacer=Pacer(self.rates),
        )

    def timers(self) -> Timers:
        """Return what lets alerts climb and finishes what was left open."""
        return Timers(
            store=self.store,
            office=self.office,
            live=self.live,
            also=(
                self.reader().finish_forms,
                self.rounds().look,
                self.remover().look,
                self.planned().look,
                self.supervision().look,
            ),
        )

    def supervision(self) -> SupervisionRounds:
        """Return what tells each day's supervision; it is handed when people work."""
        own = self.settings.petitions.supervision
        return SupervisionRounds(
            store=self.store,
            live=self.live,
            ledger=build_ledger(self.settings, self.office),
            times=own.times(),
            at=own.at if own.enabled else None,
            open_until=self.office.hours.open_until,
        )

    def planned(self) -> Planned:
        """Return what the calendar asks for: the digest and the week's drills."""
        digest = self.settings.digest
        return Planned(
            store=self.store,
            office=self.office,
            live=self.live,
            drills=self.settings.drill.plan(),
            digest_at=digest.at if digest.enabled else None,
        )

    def auditor(self) -> Auditor:
        """Return what proves that all is well; every process has one, one at a time looks."""
        proof = self.settings.proof
        ping = OutsidePing(proof.ping_url, proof.ping_method) if proof.ping_url else None
        return Auditor(
            store=self.store,
            office=self.office,
            live=self.live,
            tell_again=proof.tell_again,
            ping=ping,
        )

    def rounds(self) -> RosterRounds:
        """Return what says gaps and changes of shift."""
        return RosterRounds(store=self.store, office=self.office, live=self.live)

    def remover(self) -> Remover:
        """Return what removes data that has served."""
        ledger = build_ledger(self.settings, self.office)
        return build_remover(self.settings, ledger, self.store, file_folder(self.settings))

    def close(self) -> None:
        """Finish what waits and close every connection."""
        self.live.close()
        self.rates.close()
        self.store.close()


def open_house(settings: Settings, *, reads: Reads = Reads.ALWAYS) -> House:
    """Open everything a process needs, and let the tables know the towns.

    What reads reports seldom or never is there in a fraction of the time.
    """
    office = build_office(settings, reads=reads)
    store = open_store(settings)
    live = open_live(settings.redis.url)
    recent = webchat.Recent(live)
    channels: dict[str, Channel] = {}
    if settings.channels.webchat.enabled:
        channels[webchat.NAME] = Webchat(store, live, recent)
    account = open_account(settings)
    if account is not None:
        channels[telegram.NAME] = open_channel(account, store, live)

    def prepare(uow: UnitOfWork) -> None:
        uow.groups.keep_towns((town.name, town.code) for town in office.gazetteer.towns)
        if settings.channels.webchat.enabled:
            webchat.prepare_rooms(uow, office.town_names)

    store.write(prepare)
    return House(
        settings=settings,
        office=office,
        store=store,
        live=live,
        rates=open_rates(settings.redis.url, store.clock),
        channels=channels,
        recent=recent,
        account=account,
    )
