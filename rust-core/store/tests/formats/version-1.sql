-- A log of format 1, as its last program wrote it.
PRAGMA auto_vacuum = INCREMENTAL;
BEGIN;
CREATE TABLE session (
    id INTEGER PRIMARY KEY,
    started_ms INTEGER NOT NULL,
    changed INTEGER NOT NULL
);
CREATE TABLE app (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (kind, uid, name)
);
CREATE TABLE host (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    reversed TEXT NOT NULL
);
CREATE INDEX host_reversed ON host (reversed);
CREATE TABLE reason (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
);
CREATE TABLE network (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE subject (
    id INTEGER PRIMARY KEY,
    app INTEGER NOT NULL,
    host INTEGER NOT NULL,
    verdict INTEGER NOT NULL,
    protocol INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    UNIQUE (app, host, verdict, protocol, reason)
);
CREATE INDEX subject_host ON subject (host);
CREATE INDEX subject_reason ON subject (reason);
CREATE TABLE connection (
    key INTEGER PRIMARY KEY,
    session INTEGER NOT NULL,
    id INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    source INTEGER,
    local_address BLOB NOT NULL,
    local_port INTEGER NOT NULL,
    remote_address BLOB NOT NULL,
    remote_port INTEGER NOT NULL,
    ended_ms INTEGER,
    updated_ms INTEGER NOT NULL,
    state INTEGER NOT NULL,
    bytes_up INTEGER NOT NULL,
    bytes_down INTEGER NOT NULL,
    packets_up INTEGER NOT NULL,
    packets_down INTEGER NOT NULL,
    network INTEGER NOT NULL,
    country TEXT,
    asn INTEGER,
    changed INTEGER NOT NULL
);
CREATE UNIQUE INDEX connection_id ON connection (session, id);
CREATE INDEX connection_subject ON connection (subject);
CREATE INDEX connection_changed ON connection (changed);
CREATE INDEX connection_open ON connection (session) WHERE ended_ms IS NULL;
CREATE TABLE total (
    hour INTEGER NOT NULL,
    app INTEGER NOT NULL,
    connections INTEGER NOT NULL,
    blocked INTEGER NOT NULL,
    bytes_up INTEGER NOT NULL,
    bytes_down INTEGER NOT NULL,
    PRIMARY KEY (hour, app)
) WITHOUT ROWID;
INSERT INTO session VALUES (1, 1000, 6);
INSERT INTO app VALUES (1, 1, 10123, 'com.example.shop');
INSERT INTO host VALUES (1, 'tracker.example', 'elpmaxe.rekcart');
INSERT INTO network VALUES (1, 'wifi');
INSERT INTO reason VALUES (1, 'tracker.example is on the list ads and trackers');
INSERT INTO reason VALUES (2, 'your rule: no app may reach tracker.example');
INSERT INTO reason VALUES (3, 'nothing speaks against it');
INSERT INTO reason VALUES (4, 'cdn.example is on the list shops, which no block list overrides');
INSERT INTO reason VALUES (5, 'example is on the list ads; www.example is an alias of tracker.example');
INSERT INTO reason VALUES (6, 'what some other program said');
INSERT INTO subject VALUES (1, 1, 1, 1, 6, 1, 1048576, 1048576);
INSERT INTO connection VALUES (1048576, 1, 1, 1, 0, x'0a6fde01', 40000, x'cb007107', 443, 1001, 1001, 1, 10, 20, 1, 2, 1, NULL, NULL, 1);
INSERT INTO subject VALUES (2, 1, 1, 1, 6, 2, 2097152, 2097152);
INSERT INTO connection VALUES (2097152, 1, 2, 2, 0, x'0a6fde01', 40000, x'cb007107', 443, 1002, 1002, 1, 10, 20, 1, 2, 1, NULL, NULL, 2);
INSERT INTO subject VALUES (3, 1, 1, 0, 6, 3, 3145728, 3145728);
INSERT INTO connection VALUES (3145728, 1, 3, 3, 0, x'0a6fde01', 40000, x'cb007107', 443, 1003, 1003, 1, 10, 20, 1, 2, 1, NULL, NULL, 3);
INSERT INTO subject VALUES (4, 1, 1, 0, 6, 4, 4194304, 4194304);
INSERT INTO connection VALUES (4194304, 1, 4, 4, 0, x'0a6fde01', 40000, x'cb007107', 443, 1004, 1004, 1, 10, 20, 1, 2, 1, NULL, NULL, 4);
INSERT INTO subject VALUES (5, 1, 1, 1, 6, 5, 5242880, 5242880);
INSERT INTO connection VALUES (5242880, 1, 5, 5, 0, x'0a6fde01', 40000, x'cb007107', 443, 1005, 1005, 1, 10, 20, 1, 2, 1, NULL, NULL, 5);
INSERT INTO subject VALUES (6, 1, 1, 1, 6, 6, 6291456, 6291456);
INSERT INTO connection VALUES (6291456, 1, 6, 6, 0, x'0a6fde01', 40000, x'cb007107', 443, 1006, 1006, 1, 10, 20, 1, 2, 1, NULL, NULL, 6);
PRAGMA application_id = 1213688935;
PRAGMA user_version = 1;
COMMIT;
