// Connects once: go-client tls|quic NAME ADDRESS:PORT. See ../record.py.
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"time"

	"github.com/quic-go/quic-go"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: go-client tls|quic NAME ADDRESS:PORT")
		os.Exit(2)
	}
	protocol, name, address := os.Args[1], os.Args[2], os.Args[3]
	settings := &tls.Config{ServerName: name, InsecureSkipVerify: true, NextProtos: []string{"h3"}}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var err error
	if protocol == "quic" {
		var connection *quic.Conn
		if connection, err = quic.DialAddr(ctx, address, settings, nil); err == nil {
			err = connection.CloseWithError(0, "")
		}
	} else {
		settings.NextProtos = []string{"http/1.1"}
		dialer := tls.Dialer{Config: settings}
		connection, failed := dialer.DialContext(ctx, "tcp", address)
		if err = failed; err == nil {
			err = connection.Close()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
