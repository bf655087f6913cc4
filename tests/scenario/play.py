"""What happens: each app's requests, act by act, and whether they pass.

The requests are those which the researchers found, see `cast`, and those that get past a firewall which looks at names in
the DNS alone.
"""

import json
from dataclasses import dataclass

from cast import (
    ACCOUNT, ADS, ANALYTICS, BANK, BANK_SERVER, BROWSER, CHAT, CHAT_SERVER, CHROME, CLOAKED, DISCOVER, FAKED, FILES, FIREFOX, GALLERY,
    HIDING, HTTPDNS_FOR_SHOP, HTTPDNS_FOR_TRACKER, KIB, MARKET, MIB, MINT, MISTAT, MSA, MUSIC, NETWORK, NEWS, PLAYER, PORTAL,
    PRECONNECTED, PUSH, PUSH_FALLBACK, PUSH_SERVER, SEARCH, SENSORS, SHOP, SIGN_IN, TRACKING, UPDATE, UPDATER, VIDEO, VIEWER, App,
    Host, bulk, sensors_body,
)


@dataclass(frozen=True)
class Request:
    """One thing an app does.

    `kind` is what the app is, see `clients`. `upload` is the body (None: GET) and `download` the size of the answer.
    `direct` connects to the address as if it had been known before (no DNS question); `asks` says that a question may
    reach the name server although the connection is blocked: what is wrong with the name is in its answer.
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
    asks: bool = False


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
    Request(MARKET, HTTPDNS_FOR_TRACKER, "http", "asks an HTTPDNS server for a tracker", False,
            "/164566/sign_d?host=sa.api.intl.miui.com&sdk=android_1.3.3&sid=x&net=wifi", direct=True),
    Request(MARKET, HTTPDNS_FOR_SHOP, "http", "asks an HTTPDNS server for a shop", True,
            "/164566/sign_d?host=shop.example.com&sdk=android_1.3.3&sid=x&net=wifi", direct=True),
    Request(FILES, PUSH_FALLBACK, "chat", "push, to a fallback address", True, direct=True),
    Request(GALLERY, CLOAKED, "https", "a tracker behind an innocent alias", False, "/collect", _MISTAT, asks=True),
    Request(DISCOVER, FAKED, "faked", "a faked server name to a tracker's address", False, asks=True),
    Request(PLAYER, TRACKING, "hello", "a post-quantum hello", False, direct=True),
    Request(PLAYER, SHOP, "hello", "a post-quantum hello", True),
    Request(PLAYER, HIDING, "hello-ech", "a hello with an empty ECH (GREASE)", True, direct=True),
    Request(MUSIC, TRACKING, "quic", "QUIC, to a known address", False, direct=True),
    Request(MUSIC, VIDEO, "quic", "QUIC", True),
    Request(VIEWER, PRECONNECTED, "quiet", "connects ahead and says nothing", False, direct=True),
]

# Afterwards, alone: so that the packets at the trackers can only be these apps'.
ALLOWED_AFTERWARDS = [
    Request(CHROME, TRACKING, "https", "the same host, the app is allowed", True, "/track/v4", _ONETRACK),
    Request(CHROME, SENSORS, "https", "the same host, the app is allowed", True, "/sa", _MISTAT),
    Request(CHROME, MISTAT, "http", "the same host, the app is allowed", True, "/mistats/v2", _MISTAT),
    Request(FIREFOX, ADS, "http", "the same host, allowed by a rule", True, "/filter/text"),
]

# In a run of its own, with the list of push addresses switched on.
STRICT = [
    Request(FILES, PUSH_FALLBACK, "chat", "push, to a fallback address; strict", False, direct=True),
]

# Each act begins when the one before has ended.
ACTS = [REQUESTS, ALLOWED_AFTERWARDS, STRICT]
PLAY = [request for act in ACTS for request in act]


def number_of(request: Request) -> str:
    """What a request is known by at both ends: its place in the play."""
    return str(PLAY.index(request))


def by_number(number: str) -> Request:
    """The request with this number."""
    return PLAY[int(number)]
