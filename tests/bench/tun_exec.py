"""Opens TUN devices in the namespace it is started in, moves them to where their users are, and
becomes the engine: `tun_exec.py --mtu M --ready FD --device NAMESPACE:NAME:ADDRESS … -- COMMAND …`.

The engine then holds what an Android VpnService gives: an inherited, non-blocking descriptor without
vnet_hdr, one queue of 500 packets, its device elsewhere. `{tunfd}`, `{tunfd2}` and `{mtu}` in COMMAND
are filled in; the pid stays the same, and FD closes when the engine begins.
"""

import argparse
import fcntl
import os
import struct
import subprocess

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mtu", type=int, required=True)
    parser.add_argument("--ready", type=int, required=True)
    parser.add_argument("--device", action="append", required=True)
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()

    os.set_inheritable(arguments.ready, False)
    values = {"{mtu}": str(arguments.mtu)}
    for index, device in enumerate(arguments.device):
        descriptor = open_tun(*device.split(":"), arguments.mtu)
        values["{tunfd}" if index == 0 else "{tunfd%d}" % (index + 1)] = str(descriptor)
    command = [fill_in(word, values) for word in arguments.command]
    os.execvp(command[0], command)


def open_tun(namespace, name, address, mtu):
    descriptor = os.open("/dev/net/tun", os.O_RDWR)
    request = struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI)
    fcntl.ioctl(descriptor, TUNSETIFF, request)
    subprocess.run(["ip", "link", "set", name, "netns", namespace], check=True)
    commands = f"addr add {address} dev {name}\nlink set {name} mtu {mtu} up\n"
    subprocess.run(["ip", "-n", namespace, "-batch", "-"], input=commands, text=True, check=True)
    os.set_blocking(descriptor, False)
    os.set_inheritable(descriptor, True)
    return descriptor


def fill_in(word, values):
    for name, value in values.items():
        word = word.replace(name, value)
    return word


if __name__ == "__main__":
    main()
