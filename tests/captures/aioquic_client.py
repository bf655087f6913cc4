"""Connects once to 127.0.0.1 by QUIC: aioquic_client.py VERSION NAME PORT. See record.py."""

import asyncio
import ssl
import sys

from aioquic.asyncio import connect
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.packet import QuicProtocolVersion

VERSIONS = {"1": QuicProtocolVersion.VERSION_1, "2": QuicProtocolVersion.VERSION_2}


async def main(version, name, port):
    configuration = QuicConfiguration(is_client=True, alpn_protocols=["h3"], server_name=name)
    configuration.verify_mode = ssl.CERT_NONE
    configuration.original_version = VERSIONS[version]
    configuration.supported_versions = [VERSIONS[version]]
    async with asyncio.timeout(5), connect("127.0.0.1", int(port), configuration=configuration):
        pass


asyncio.run(main(*sys.argv[1:]))
