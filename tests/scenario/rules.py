"""The lists and the policy documents that the scenario runs under."""

from pathlib import Path

from cast import ADS, APPS, CHAT_PORT, DISCOVER, FAKED, FIREFOX, PUSH_FALLBACK

# Suffixes, as a published list would have them; one of them should not be there.
LIST_NAME = "Xiaomi telemetry"
LIST = """\
[Adblock Plus]
! Title: a small list of the scenario's own
||sa.api.intl.miui.com^
||tracking.intl.miui.com^
||mistat.xiaomi.com^
||ad.xiaomi.com^
||ad.intl.xiaomi.com^
! A mistake that real lists made: without it nobody can sign in.
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
            {"name": "Never blocked", "role": "protect", "hosts": ["account.xiaomi.com"]},
            {
                "name": PUSH_LIST, "enabled": strict,
                "addresses": [{"addresses": PUSH_FALLBACK.ipv4, "ports": str(CHAT_PORT), "protocol": "tcp"}],
            },
        ],
    }
