-- A log of format 2, as its last program wrote it.
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
CREATE TABLE network (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE reason (
    id INTEGER PRIMARY KEY,
    code INTEGER NOT NULL,
    text TEXT NOT NULL,
    list TEXT NOT NULL,
    entry TEXT NOT NULL,
    UNIQUE (text, code, list, entry)
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
INSERT INTO session VALUES (1,1795649762582,3);
INSERT INTO app VALUES (1,1,10001,'com.android.browser');
INSERT INTO app VALUES (2,1,10001,'com.xiaomi.xmsf,com.miui.core');
INSERT INTO host VALUES (1,'tracker.example','elpmaxe.rekcart');
INSERT INTO host VALUES (2,'shop.example','elpmaxe.pohs');
INSERT INTO network VALUES (1,'wifi');
INSERT INTO reason VALUES (1,6,'tracker.example is on the list ads','ads','tracker.example');
INSERT INTO reason VALUES (2,11,'nothing speaks against it','','');
INSERT INTO subject VALUES (1,1,1,1,6,1,1882604961792000000,1882604961792000000);
INSERT INTO subject VALUES (2,1,2,0,6,2,1882604962840576001,1882604962840576001);
INSERT INTO subject VALUES (3,2,0,0,6,2,1882604963889152002,1882604963889152002);
INSERT INTO connection VALUES (1882604961792000000,1,0,1,2,X'0A070002',40000,X'CB007107',443,1795392000500,1795392000500,3,0,0,1,1,1,NULL,NULL,1);
INSERT INTO connection VALUES (1882604962840576001,1,1,2,2,X'0A070002',40000,X'CB007107',443,1795392001500,1795392001500,1,100,2000,1,1,1,NULL,NULL,2);
INSERT INTO connection VALUES (1882604963889152002,1,2,3,NULL,X'0A070002',40000,X'CB007107',443,1795392002500,1795392002500,1,100,2000,1,1,1,NULL,NULL,3);
INSERT INTO total VALUES (498720,1,2,1,100,2000);
INSERT INTO total VALUES (498720,2,1,0,100,2000);
PRAGMA application_id = 1213688935;
PRAGMA user_version = 2;
COMMIT;
