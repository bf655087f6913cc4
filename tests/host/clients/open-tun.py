"""open-tun.py NAMESPACE ADDRESS... -- COMMAND...: makes a TUN in a namespace of ip-netns(8), with these addresses and
as its only way out, and becomes COMMAND; `{tun}` in it is the descriptor, as a parent process hands it over.
"""

import fcntl
import os
import struct
import subprocess
import sys

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000

split = sys.argv.index("--")
namespace, *addresses = sys.argv[1:split]
command = sys.argv[split + 1:]

tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"tun", IFF_TUN | IFF_NO_PI))
subprocess.run(["ip", "link", "set", "tun", "netns", namespace], check=True)
subprocess.run(["ip", "-n", namespace, "link", "set", "tun", "up"], check=True)
for address in addresses:
    family = "-6" if ":" in address else "-4"
    nodad = ["nodad"] if ":" in address else []
    subprocess.run(["ip", "-n", namespace, "address", "add", address, "dev", "tun", *nodad], check=True)
    subprocess.run(["ip", "-n", namespace, family, "route", "add", "default", "dev", "tun"], check=True)
os.set_inheritable(tun, True)
os.execvp(command[0], [word.replace("{tun}", str(tun)) for word in command])
