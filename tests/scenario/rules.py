"""The policy documents that the scenario runs under, and a list that it imports."""

from pathlib import Path

from cast import ADS, APPS, CHAT_PORT, DISCOVER, FAKED, FIREFOX, PUSH_FALLBACK

# As some published lists had it: without it nobody can sign in. What is to be blocked, the built-in lists know.
LIST_NAME = "A careless list"
LIST = """\
[Adblock Plus]
! Title: a small list of the scenario's own
||account.xiaomi.com^
"""
PUSH_LIST = "Push addresses (strict)"


def policy(apps: Path, strict: bool) -> dict:
    """The document; `apps` is the folder of the apps' programs."""
    return {
        "version": 1,
        "apps": [
            {"app": f"{apps}/{app.package}", "uid": app.uid, "mode": app.mode} for app in APPS if app.mode != "filtered"
        ],
        "rules": [
            {"verdict": "allow", "app": f"{apps}/{FIREFOX.package}", "host": ADS.name},
            # So this app may ask for the name, and knows the address.
            {"verdict": "allow", "app": f"{apps}/{DISCOVER.package}", "host": FAKED.name, "ports": "9443"},
        ],
        "lists": [
            {"name": LIST_NAME},
            {
                "name": PUSH_LIST, "enabled": strict,
                "addresses": [{"addresses": PUSH_FALLBACK.ipv4, "ports": str(CHAT_PORT), "protocol": "tcp"}],
            },
        ],
    }
