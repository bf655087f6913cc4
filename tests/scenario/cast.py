"""Who takes part in the Redmi scenario: the apps, the hosts, and what they say.

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
    # What the name server says that it is another name for.
    alias_of: str = ""

    @property
    def title(self) -> str:
        """What a person calls it: hosts that are known by their address only have it for a name."""
        return self.name or self.ipv4


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
FIREFOX = App("org.mozilla.firefox", "Firefox (a rule)", 10204)
MARKET = App("com.xiaomi.mipicks", "GetApps", 10159)
FILES = App("com.mi.android.globalFileexplorer", "File Manager", 10160)
GALLERY = App("com.miui.gallery", "Gallery", 10161)
PLAYER = App("com.miui.videoplayer", "Mi Video", 10162)
MUSIC = App("com.miui.player", "Music", 10163)
DISCOVER = App("com.xiaomi.discover", "App updater", 10164)
VIEWER = App("com.android.htmlviewer", "HTML viewer", 10165)

APPS = [
    MINT, BROWSER, ANALYTICS, MSA, PUSH, ACCOUNT, UPDATER, NETWORK, BANK, CHAT, CHROME, FIREFOX, MARKET, FILES, GALLERY,
    PLAYER, MUSIC, DISCOVER, VIEWER,
]


def _host(number: int, name: str, alias_of: str = "") -> Host:
    return Host(name, f"198.51.100.{number}", f"2001:db8:51::{number}", alias_of)


SENSORS = _host(10, "sa.api.intl.miui.com")
TRACKING = _host(11, "tracking.intl.miui.com")
MISTAT = _host(12, "data.mistat.xiaomi.com")
ADS = _host(13, "globalapi.ad.xiaomi.com")
PUSH_SERVER = _host(14, "")
SIGN_IN = _host(20, "account.xiaomi.com")
UPDATE = _host(21, "update.miui.com")
PORTAL = _host(22, "connect.rom.miui.com")
NEWS = _host(30, "news.example.com")
SEARCH = _host(31, "search.example.com")
BANK_SERVER = _host(32, "bank.example.com")
CHAT_SERVER = _host(33, "chat.example.com")

SHOP = _host(34, "shop.example.com")
VIDEO = _host(35, "video.example.com")
HIDING = _host(36, "cdn.example.com")
# An innocent name, and what is behind it.
CLOAKED = _host(40, "metrics.example.com", alias_of="metrics.ad.xiaomi.com")
# Addresses that are built into apps.
HTTPDNS_FOR_TRACKER = _host(41, "")
HTTPDNS_FOR_SHOP = _host(42, "")
PUSH_FALLBACK = _host(43, "")
PRECONNECTED = _host(44, "")
FAKED = _host(45, "api.ad.intl.xiaomi.com")

HOSTS = [
    SENSORS, TRACKING, MISTAT, ADS, PUSH_SERVER, SIGN_IN, UPDATE, PORTAL, NEWS, SEARCH, BANK_SERVER, CHAT_SERVER, SHOP,
    VIDEO, HIDING, CLOAKED, HTTPDNS_FOR_TRACKER, HTTPDNS_FOR_SHOP, PUSH_FALLBACK, PRECONNECTED, FAKED,
]

CHAT_PORT = 5222
HELLO_PORT = 8443
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

