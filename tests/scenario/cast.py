"""Who takes part: the apps, the hosts and the requests of the Redmi scenario.

The requests are those which the researchers found (Forbes, 2020-04-30; W. Palant on Mint 3.4.0, 2020-05-04;
Lithuanian NCSC, 2021-09; arXiv 2302.01890), sent by real clients to servers of our own. All addresses are from the
ranges for documentation (RFC 5737, RFC 3849); nothing here can reach the real hosts.
"""

import base64
import gzip
import json
from dataclasses import dataclass
from urllib.parse import quote

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True)
class App:
    """A program under a user id of its own. `package` is its executable's file name."""

    package: str
    title: str
    uid: int
    mode: str = "filtered"


@dataclass(frozen=True)
class Host:
    """A server by its name, with one address of each family that no other host has."""

    name: str
    ipv4: str
    ipv6: str
    listed: bool = False


@dataclass(frozen=True)
class Request:
    """One thing an app does.

    `kind` is "http", "https" or "chat". `upload` is the body (None: GET) and `download` the size of the answer.
    `direct` connects to the address as if it had been known before (no DNS question).
    `family` is 4 or 6; None leaves the choice to the client (IPv4 where `direct`).
    """

    app: App
    host: Host
    kind: str
    what: str
    passes: bool
    path: str = "/"
    upload: bytes | None = None
    download: int = 2 * KIB
    direct: bool = False
    family: int | None = None


MINT = App("com.mi.globalbrowser.mini", "Mint Browser", 10151)
BROWSER = App("com.android.browser", "Mi Browser", 10152)
ANALYTICS = App("com.miui.analytics", "Analytics", 10153)
MSA = App("com.miui.msa.global", "MSA (ads)", 10154)
PUSH = App("com.xiaomi.xmsf", "Mi Push", 10155, mode="block")
ACCOUNT = App("com.xiaomi.account", "Mi Account", 10156)
UPDATER = App("com.android.updater", "System update", 10157)
NETWORK = App("com.android.networkstack", "Network check", 10158)
BANK = App("org.example.bank", "Bank", 10201)
CHAT = App("org.example.chat", "Chat", 10202)
CHROME = App("com.android.chrome", "Chrome (allowed)", 10203, mode="allow")

APPS = [MINT, BROWSER, ANALYTICS, MSA, PUSH, ACCOUNT, UPDATER, NETWORK, BANK, CHAT, CHROME]


def _host(number: int, name: str, listed: bool = False) -> Host:
    return Host(name, f"198.51.100.{number}", f"2001:db8:51::{number}", listed)


SENSORS = _host(10, "sa.api.intl.miui.com", listed=True)
TRACKING = _host(11, "tracking.intl.miui.com", listed=True)
MISTAT = _host(12, "data.mistat.xiaomi.com", listed=True)
ADS = _host(13, "globalapi.ad.xiaomi.com", listed=True)
PUSH_SERVER = _host(14, "fallback-of-the-push-sdk.invalid")
SIGN_IN = _host(20, "account.xiaomi.com")
UPDATE = _host(21, "update.miui.com")
PORTAL = _host(22, "connect.rom.miui.com")
NEWS = _host(30, "news.example.com")
SEARCH = _host(31, "search.example.com")
BANK_SERVER = _host(32, "bank.example.com")
CHAT_SERVER = _host(33, "chat.example.com")

HOSTS = [
    SENSORS, TRACKING, MISTAT, ADS, PUSH_SERVER, SIGN_IN, UPDATE, PORTAL, NEWS, SEARCH, BANK_SERVER, CHAT_SERVER,
]

# Suffixes, as a published list would have them.
LIST_NAME = "Xiaomi telemetry"
LIST_SUFFIXES = ["sa.api.intl.miui.com", "tracking.intl.miui.com", "mistat.xiaomi.com", "ad.xiaomi.com"]

CHAT_PORT = 5222
GREETING = b"<stream:features from='server'/>\n"
CHAT_TURNS = 20
GOODBYE = b"</stream:features>\n"


def sensors_body(project: str, events: list[tuple[str, dict]]) -> bytes:
    """The form that the SensorsData Android SDK posts: checksum, and base64 of the gzipped events."""
    phone = {
        "uuid": "6c1f0f0e-2a54-4ed5-9f38-0d5a2b8a4a11", "internet_status": 1, "platform": "AndroidApp",
        "miui_version": "V11.0.3.0", "miui_region": "DE", "system_language": "de",
    }
    batch = [
        {
            "distinct_id": phone["uuid"], "time": 1588200000000 + number, "type": "track", "event": event,
            "properties": {**phone, **properties}, "project": project,
            "lib": {"$lib": "Android", "$lib_version": "3.2.8", "$lib_method": "code"},
        }
        for number, (event, properties) in enumerate(events)
    ]
    data = base64.b64encode(gzip.compress(json.dumps(batch).encode(), mtime=0)).decode()
    return f"crc={java_hash(data)}&gzip=1&data_list={quote(data, safe='')}".encode()


def java_hash(text: str) -> int:
    """Java's String.hashCode, which the SDK sends as `crc`."""
    value = 0
    for unit in text:
        value = (value * 31 + ord(unit)) & 0xFFFF_FFFF
    return value - (1 << 32) if value >= 1 << 31 else value


def bulk(size: int, seed: int) -> bytes:
    """Bytes that do not repeat within a packet, the same each time."""
    return b"".join((seed + number).to_bytes(8, "little") for number in range(size // 8))


_PAGE = ("page_load_event_start", {"url": "https://news.example.com/a-private-matter"})
_SEARCH = ("search", {"used_searchengine": "DuckDuckGo", "search_word": "a private question"})
_ONETRACK = json.dumps([{
    "H": {"event": "open", "app_id": "31000000285", "instance_id_type": "uuid", "e_ts": 1588200000000},
    "B": {"screen": "com.android.settings", "folder": "Private"},
}]).encode()
_MISTAT = b"app_id=2882303761517405979&app_key=x&channel=miui&version=12.1.4&mistatv=3&stat_value=c3Vycm91bmRpbmdz"

# All at once.
REQUESTS = [
    Request(BROWSER, NEWS, "https", "the page itself", True, "/a-private-matter", download=300 * KIB),
    Request(BROWSER, SENSORS, "https", "the page's address, to a known address", False,
            "/sa?project=global_browser&r=DE", sensors_body("global_browser", [_PAGE]), direct=True),
    Request(BROWSER, MISTAT, "http", "usage statistics", False, "/mistats/v2", _MISTAT),
    Request(MINT, SEARCH, "https", "the search itself", True, "/?q=private", download=40 * KIB, family=6),
    Request(MINT, SENSORS, "https", "search word and page address", False,
            "/sa?project=global_browser_mini&r=DE", sensors_body("global_browser_mini", [_SEARCH, _PAGE])),
    Request(MINT, SENSORS, "https", "the same over IPv6", False,
            "/sa?project=global_browser_mini&r=DE", sensors_body("global_browser_mini", [_SEARCH]),
            direct=True, family=6),
    Request(ANALYTICS, TRACKING, "https", "screens opened in the settings", False, "/track/v4", _ONETRACK),
    Request(MSA, ADS, "http", "key words for ads", False, "/filter/text"),
    Request(MSA, ADS, "http", "the same, to a known address", False, "/filter/text", direct=True),
    Request(PUSH, PUSH_SERVER, "chat", "push, to a built-in address", False, direct=True),
    Request(ACCOUNT, SIGN_IN, "https", "sign-in", True, "/pass/serviceLogin", b"user=nobody"),
    Request(UPDATER, UPDATE, "https", "a system update", True, "/updates/v1", download=512 * KIB),
    Request(NETWORK, PORTAL, "http", "is there a network?", True, "/generate_204", download=0),
    Request(BANK, BANK_SERVER, "https", "documents", True, "/documents", bulk(3 * MIB, 1), 4 * MIB,
            family=4),
    Request(BANK, BANK_SERVER, "https", "documents over IPv6", True, "/documents", bulk(2 * MIB, 7), 4 * MIB,
            family=6),
    Request(CHAT, CHAT_SERVER, "chat", "a conversation, server first", True),
]

# Afterwards, alone: so that the packets at the tracker can only be this app's.
ALLOWED_AFTERWARDS = [
    Request(CHROME, TRACKING, "https", "the same host, allowed by a rule", True, "/track/v4", _ONETRACK),
]

PLAY = REQUESTS + ALLOWED_AFTERWARDS


def number_of(request: Request) -> str:
    """What a request is known by at both ends: its place in the play."""
    return str(PLAY.index(request))


def by_number(number: str) -> Request:
    """The request with this number."""
    return PLAY[int(number)]


def policy(apps_folder: str) -> dict:
    """The policy document that the scenario runs under."""
    rules = [
        {"app": f"{apps_folder}/{app.package}", "uid": app.uid, "mode": app.mode}
        for app in APPS if app.mode != "filtered"
    ]
    return {
        "version": 1,
        "default_mode": "filtered",
        "unknown_mode": "filtered",
        "refusal": "reset",
        "apps": rules,
        "hosts": [],
        "lists": [{"name": LIST_NAME, "hosts": LIST_SUFFIXES}],
    }
