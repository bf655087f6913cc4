"""half.py ADDRESS PORT: reads until the server has finished, prints that, and only then speaks."""

import socket
import sys

with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as stream:
    while part := stream.recv(4096):
        print(part.decode(), end="")
    print("end", flush=True)
    stream.sendall(b"after the end")
    stream.shutdown(socket.SHUT_WR)
