// Runs the library as it goes into the APK: loads it, carries traffic over a real TUN, makes it fail, and opens and closes
// it until a leak would show. In java.c is the machine that it believes to be in.
//
//   harness LIBRARY FOLDER     in a network namespace of its own, with the rights to make another
#include "java.h"
#include "system.h"

enum {
    ROUNDS = 1000,
    WARM_UP = 200,
    UP_CALLS = 100000,
    SERVER_PORT = 8080,
    UID = 10123,
    PATIENCE_MS = 20000,
    LEAK_KIB = 3072, // what may be left of the allocator's own after 800 rounds: less than 4 KiB a round
};
static const uint8_t SERVER[4] = {10, 9, 9, 9}, TUN_ADDRESS[4] = {10, 111, 222, 1}, MASK[4] = {255, 0, 0, 0};

// The library's functions. An environment and a class come first in each.
static object *(*native_version)(void *, void *);
static int64_t (*native_open)(void *, void *, object *);
static void (*native_start)(void *, void *, int64_t, int, object *, object *);
static void (*native_stop)(void *, void *, int64_t);
static void (*native_close)(void *, void *, int64_t);
static void (*native_set_policy)(void *, void *, int64_t, object *);
static void (*native_set_network)(void *, void *, int64_t, object *);
static object *(*native_next_events)(void *, void *, int64_t, int64_t);
static object *(*native_query)(void *, void *, int64_t, object *);
static void *env;
static const char *folder;

static void fail(const char *what) {
    const char *message = "", *code = java_thrown(&message);
    fprintf(stderr, "harness: %s (%s: %s; errno %d)\n", what, code ? code : "no exception", message, errno);
    _exit(1);
}

static void expect(int holds, const char *what) {
    if (!holds)
        fail(what);
}

// Nothing was thrown.
static void expect_well(const char *what) {
    const char *message, *code = java_thrown(&message);
    if (code) {
        fprintf(stderr, "harness: %s: %s: %s\n", what, code, message);
        _exit(1);
    }
}

static void expect_thrown(const char *wanted, const char *what) {
    const char *message, *code = java_thrown(&message);
    expect(code && !strcmp(code, wanted), what);
}

static void *function(void *library, const char *name) {
    char symbol[128];
    snprintf(symbol, sizeof symbol, "Java_org_hushwall_core_Native_%s", name);
    void *found = dlsym(library, symbol);
    expect(found != NULL, symbol);
    return found;
}

static void load(const char *path) {
    void *library = dlopen(path, RTLD_NOW);
    if (!library) {
        fprintf(stderr, "harness: %s\n", dlerror());
        _exit(1);
    }
    void *machine = java_machine();
    env = java_environment();
    int (*on_load)(void *, void *) = (int (*)(void *, void *))dlsym(library, "JNI_OnLoad");
    expect(on_load && on_load(machine, NULL) == 0x00010006, "JNI_OnLoad");
    java_return();
    native_version = (object * (*)(void *, void *)) function(library, "version");
    native_open = (int64_t(*)(void *, void *, object *))function(library, "open");
    native_start = (void (*)(void *, void *, int64_t, int, object *, object *))function(library, "start");
    native_stop = (void (*)(void *, void *, int64_t))function(library, "stop");
    native_close = (void (*)(void *, void *, int64_t))function(library, "close");
    native_set_policy = (void (*)(void *, void *, int64_t, object *))function(library, "setPolicy");
    native_set_network = (void (*)(void *, void *, int64_t, object *))function(library, "setNetwork");
    native_next_events = (object * (*)(void *, void *, int64_t, int64_t)) function(library, "nextEvents");
    native_query = (object * (*)(void *, void *, int64_t, object *)) function(library, "query");
    function(library, "command");
}

static int64_t open_core(const char *log) {
    char config[512];
    snprintf(config, sizeof config, "{\"log\":\"%s/%s\",\"sdk\":34}", folder, log);
    int64_t handle = native_open(env, NULL, java_bytes(config));
    expect_well("open");
    native_set_network(env, NULL, handle, java_bytes("{\"ipv4\":true,\"ipv6\":false,\"label\":\"wifi\"}"));
    expect_well("setNetwork");
    return handle;
}

static void set_policy(int64_t handle, const char *document) {
    char policy[512];
    snprintf(policy, sizeof policy, "{\"document\":%s,\"apps\":[{\"uid\":%d,\"name\":\"com.example\"}]}", document, UID);
    native_set_policy(env, NULL, handle, java_bytes(policy));
    expect_well("setPolicy");
}

static void start(int64_t handle, int tun) {
    native_start(env, NULL, handle, tun, java_bytes("an attributor"), java_bytes("{\"mtu\":1500,\"largest_packet\":1500}"));
    expect_well("start");
}

static int contains(object *answer, const char *text) { return answer && strstr(answer->bytes, text) != NULL; }

static object *ask(int64_t handle, const char *question) {
    object *answer = native_query(env, NULL, handle, java_bytes(question));
    expect_well(question);
    return answer;
}

static ip_socket address(const uint8_t *ip, int port) {
    ip_socket made = {.family = AF_INET, .port = (uint16_t)((port >> 8) | (port << 8))};
    memcpy(made.address, ip, 4);
    return made;
}

// Sets up an interface of the calling thread's namespace.
static void interface(const char *name, const uint8_t *ip) {
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    interface_request request;
    memset(&request, 0, sizeof request);
    strncpy(request.name, name, sizeof request.name - 1);
    if (ip) {
        request.value.address = address(ip, 0);
        expect(!ioctl(control, SIOCSIFADDR, &request), "SIOCSIFADDR");
        request.value.address = address(MASK, 0);
        expect(!ioctl(control, SIOCSIFNETMASK, &request), "SIOCSIFNETMASK");
    }
    memset(&request.value, 0, sizeof request.value);
    request.value.flags = IFF_UP_RUNNING;
    expect(!ioctl(control, SIOCSIFFLAGS, &request), "SIOCSIFFLAGS");
    close(control);
}

// The apps' side: a thread in a namespace of its own, whose only way out is the TUN.
typedef struct {
    int tun, ready, go;
    char tcp[16], udp[16];
    pthread_mutex_t lock;
    pthread_cond_t changed;
} apps_side;

static apps_side apps = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void set(int *flag) {
    pthread_mutex_lock(&apps.lock);
    *flag = 1;
    pthread_cond_broadcast(&apps.changed);
    pthread_mutex_unlock(&apps.lock);
}

static void await(int *flag) {
    pthread_mutex_lock(&apps.lock);
    while (!*flag)
        pthread_cond_wait(&apps.changed, &apps.lock);
    pthread_mutex_unlock(&apps.lock);
}

static void *run_apps(void *unused) {
    (void)unused;
    expect(!unshare(CLONE_NEWNET), "a network namespace");
    apps.tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    interface_request request;
    memset(&request, 0, sizeof request);
    strcpy(request.name, "tun0");
    request.value.flags = IFF_TUN_NO_PI;
    expect(apps.tun >= 0 && !ioctl(apps.tun, TUNSETIFF, &request), "a TUN");
    interface("tun0", TUN_ADDRESS);
    set(&apps.ready);
    await(&apps.go);
    ip_socket server = address(SERVER, SERVER_PORT);
    int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    expect(!connect(tcp, (void *)&server, sizeof server), "connecting through the TUN");
    expect(write(tcp, "over TCP", 8) == 8 && read(tcp, apps.tcp, sizeof apps.tcp - 1) == 8, "an echo over TCP");
    expect(sendto(udp, "over UDP", 8, 0, (void *)&server, sizeof server) == 8, "a datagram");
    expect(recvfrom(udp, apps.udp, sizeof apps.udp - 1, 0, NULL, NULL) == 8, "an echo over UDP");
    close(tcp);
    close(udp);
    return NULL;
}

// The server: in the engine's namespace, reached by nobody but the engine. Echoes once each.
static int tcp_server, udp_server;

static void *serve_tcp(void *unused) {
    (void)unused;
    char space[64];
    int client = accept(tcp_server, NULL, NULL);
    ssize_t length = read(client, space, sizeof space);
    expect(length > 0 && write(client, space, (size_t)length) == length, "the TCP server");
    close(client);
    return NULL;
}

static void *serve_udp(void *unused) {
    (void)unused;
    char space[64];
    ip_socket from;
    socklen_t size = sizeof from;
    ssize_t length = recvfrom(udp_server, space, sizeof space, 0, (void *)&from, &size);
    expect(length > 0 && sendto(udp_server, space, (size_t)length, 0, (void *)&from, size) == length, "the UDP server");
    return NULL;
}

static int owner_uid(int protocol, const uint8_t *local, int local_port, const uint8_t *remote, int remote_port) {
    (void)local_port;
    (void)remote_port;
    expect((protocol == 6 || protocol == 17) && local[0] == 10 && remote[0] == 10, "the attributor's arguments");
    return UID;
}

static void real_traffic(void) {
    pthread_t app, tcp, udp;
    interface("lo", NULL);
    interface("lo:1", SERVER);
    ip_socket server = address(SERVER, SERVER_PORT);
    tcp_server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    udp_server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    expect(!bind(tcp_server, (void *)&server, sizeof server) && !listen(tcp_server, 1), "a TCP server");
    expect(!bind(udp_server, (void *)&server, sizeof server), "a UDP server");
    java_owner_uid = owner_uid;
    pthread_create(&app, NULL, run_apps, NULL);
    await(&apps.ready);
    int64_t handle = open_core("traffic.db");
    set_policy(handle, "{\"version\":1}");
    start(handle, apps.tun);
    pthread_create(&tcp, NULL, serve_tcp, NULL);
    pthread_create(&udp, NULL, serve_udp, NULL);
    set(&apps.go);
    pthread_join(app, NULL);
    pthread_join(tcp, NULL);
    pthread_join(udp, NULL);
    expect(!strcmp(apps.tcp, "over TCP") && !strcmp(apps.udp, "over UDP"), "what came back is what was sent");
    expect(contains(ask(handle, "{\"ask\":\"status\"}"), "\"running\":true"), "status");
    object *events = native_next_events(env, NULL, handle, PATIENCE_MS);
    expect_well("nextEvents");
    expect(contains(events, "\"name\":\"com.example\""), "the events name the app");
    native_stop(env, NULL, handle);
    expect_well("stop");
    expect(fcntl(apps.tun, F_GETFD) == -1 && errno == EBADF, "the TUN is closed when stop returns");
    object *rows = ask(handle, "{\"ask\":\"connections\"}");
    expect(contains(rows, "\"remote\":\"10.9.9.9:8080\"") && contains(rows, "\"protocol\":\"udp\""), "the log has both");
    expect(contains(rows, "\"code\":\"nothing-against\""), "the log has the reason");
    native_close(env, NULL, handle);
    expect_well("close");
    close(tcp_server);
    close(udp_server);
    java_return();
    printf("traffic over a TUN: carried, attributed, logged\n");
}

static void failures(void) {
    expect(contains(native_version(env, NULL), "\"messages\":3"), "version");
    int64_t handle = open_core("failures.db");
    native_query(env, NULL, handle, java_impossible_array());
    expect_thrown("panic", "a panic at the border becomes an exception");
    native_query(env, NULL, handle, java_bytes("{\"ask\":\"weather\"}"));
    expect_thrown("bad-message", "a message with a fault");
    native_start(env, NULL, handle, -1, java_bytes("an attributor"), java_bytes("{}"));
    expect_thrown("tun", "no TUN");
    expect(contains(ask(handle, "{\"ask\":\"status\"}"), "\"running\":false"), "it goes on after a panic");
    native_close(env, NULL, handle);
    expect_well("close");
    native_close(env, NULL, handle);
    expect_thrown("closed", "a closed handle");
    native_next_events(env, NULL, 4711, 0);
    expect_thrown("closed", "no handle");
    java_return();
    printf("failures: each became an exception\n");
}

static int open_descriptors(void) {
    int count = 0;
    for (int descriptor = 0; descriptor < 4096; descriptor++)
        count += fcntl(descriptor, F_GETFD) != -1;
    return count;
}

static long resident_kib(void) {
    char text[128] = {0};
    int statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    expect(read(statm, text, sizeof text - 1) > 0, "/proc/self/statm");
    close(statm);
    return strtol(strchr(text, ' '), NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
}

// The attribution thread ends by itself, soon after stop.
static void await_rest(int globals, int descriptors) {
    for (int waited = 0; waited < PATIENCE_MS; waited++) {
        if (java_counts.attached == 0 && java_counts.local == 0 && java_counts.global_references == globals &&
            open_descriptors() == descriptors)
            return;
        usleep(1000);
    }
    fprintf(stderr, "harness: left: %d threads attached, %d local and %d global references (before: %d), %d descriptors (before: %d)\n",
            java_counts.attached, java_counts.local, java_counts.global_references, globals, open_descriptors(), descriptors);
    _exit(1);
}

static void pair(int *ends) { expect(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "a pair of sockets"); }

static void round_of_life(void) {
    int ends[2];
    pair(ends);
    int64_t handle = open_core("rounds.db");
    set_policy(handle, "{\"version\":1}");
    start(handle, ends[0]);
    expect(contains(ask(handle, "{\"ask\":\"status\"}"), "\"running\":true"), "status");
    native_stop(env, NULL, handle);
    native_close(env, NULL, handle);
    expect_well("close");
    close(ends[1]);
    java_return();
}

static void rounds(void) {
    int globals = java_counts.global_references, descriptors = open_descriptors();
    long warm = 0;
    for (int round = 0; round < ROUNDS; round++) {
        round_of_life();
        if (round == WARM_UP)
            warm = resident_kib();
    }
    await_rest(globals, descriptors);
    long growth = resident_kib() - warm;
    printf("%d rounds from open to close: no descriptor, thread or reference left; memory grew by %ld KiB in the last %d\n", ROUNDS,
           growth, ROUNDS - WARM_UP);
    expect(growth < LEAK_KIB, "memory is leaked");
}

static uint16_t checksum(const uint8_t *bytes, size_t length, uint32_t sum) {
    for (size_t at = 0; at + 1 < length; at += 2)
        sum += (uint32_t)bytes[at] << 8 | bytes[at + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

// A UDP packet of 2 bytes from a port to another, RFC 791 and 768.
static void udp_packet(uint8_t *packet, uint16_t from, uint16_t to) {
    const uint8_t head[12] = {0x45, 0, 0, 30, 0, 0, 0x40, 0, 64, 17, 0, 0};
    memset(packet, 0, 30);
    memcpy(packet, head, sizeof head);
    memcpy(packet + 12, TUN_ADDRESS, 4);
    memcpy(packet + 16, SERVER, 4);
    const uint16_t ports[4] = {from, to, 10, 0};
    for (int at = 0; at < 4; at++) {
        packet[20 + 2 * at] = (uint8_t)(ports[at] >> 8);
        packet[21 + 2 * at] = (uint8_t)ports[at];
    }
    uint16_t sum = checksum(packet, 20, 0);
    packet[10] = (uint8_t)(sum >> 8);
    packet[11] = (uint8_t)sum;
    // The pseudo header: the addresses, the protocol, the length.
    sum = checksum(packet + 12, 18, 17 + 10);
    packet[26] = (uint8_t)(sum >> 8);
    packet[27] = (uint8_t)sum;
}

static int sometimes_throws(int protocol, const uint8_t *local, int local_port, const uint8_t *remote, int remote_port) {
    owner_uid(protocol, local, local_port, remote, remote_port);
    return local_port % 100 == 0 ? -2 : UID;
}

// Each datagram is a connection of its own, blocked and answered: one question to the app each.
static void up_calls(void) {
    enum { BATCH = 64 };
    int ends[2], globals = java_counts.global_references, before = java_counts.up_calls;
    int descriptors = open_descriptors();
    uint8_t packet[64], answer[2048];
    java_owner_uid = sometimes_throws;
    java_counts.most_local = 0;
    pair(ends);
    int64_t handle = open_core("calls.db");
    set_policy(handle, "{\"version\":1,\"default_mode\":\"block\",\"unknown_mode\":\"block\"}");
    start(handle, ends[0]);
    for (int call = 0; call < UP_CALLS; call += BATCH) {
        for (int at = call; at < call + BATCH; at++) {
            udp_packet(packet, (uint16_t)(1024 + at % 60000), (uint16_t)(2000 + at / 60000));
            expect(write(ends[1], packet, 30) == 30, "a packet to the TUN");
        }
        for (int at = 0; at < BATCH; at++)
            expect(read(ends[1], answer, sizeof answer) > 0 && answer[9] == 1, "a blocked datagram is answered by ICMP");
    }
    native_stop(env, NULL, handle);
    native_close(env, NULL, handle);
    expect_well("close");
    close(ends[1]);
    java_return();
    int calls = java_counts.up_calls - before;
    await_rest(globals, descriptors);
    printf("%d questions to the app, %d of them failed there: %d local references at most, none left\n", calls,
           java_counts.exceptions_cleared, java_counts.most_local);
    expect(calls >= UP_CALLS && java_counts.exceptions_cleared >= UP_CALLS / 100, "each connection is one question");
    expect(java_counts.most_local <= 32, "local references pile up");
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "harness LIBRARY FOLDER\n");
        return 2;
    }
    folder = argv[2];
    load(argv[1]);
    int looked_up = java_counts.find_class;
    failures();
    real_traffic();
    rounds();
    up_calls();
    expect(java_counts.find_class == looked_up, "no class is looked up but when the library is loaded");
    printf("passed\n");
    fflush(stdout);
    _exit(0); // the library stays loaded, as in an app
}
