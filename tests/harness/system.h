// What the harness uses of the system, declared here so that the same source compiles against glibc and, without an NDK,
// against Android's libc: numbers and layouts are the Linux kernel's, the same on the three architectures.
#pragma once
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#ifdef __ANDROID__
#include <sys/ioctl.h>
#include <sys/types.h>
int socket(int, int, int);
int socketpair(int, int, int, int *);
int bind(int, const void *, socklen_t);
int listen(int, int);
int accept(int, void *, socklen_t *);
int connect(int, const void *, socklen_t);
ssize_t sendto(int, const void *, size_t, int, const void *, socklen_t);
ssize_t recvfrom(int, void *, size_t, int, void *, socklen_t *);
int unshare(int);
void _exit(int) __attribute__((noreturn));
#define AF_UNIX 1
#define AF_INET 2
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_SEQPACKET 5
#define SOCK_CLOEXEC 02000000
#define CLONE_NEWNET 0x40000000
#else
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#endif

// sockaddr_in of <linux/in.h>.
typedef struct {
    uint16_t family;
    uint16_t port; // network order
    uint8_t address[4];
    uint8_t zero[8];
} ip_socket;

// ifreq of <linux/if.h>, as far as it is used; the kernel's is 8 bytes longer on 64-bit.
typedef struct {
    char name[16];
    union {
        ip_socket address;
        int16_t flags;
        uint8_t room[24];
    } value;
} interface_request;

#define TUNSETIFF 0x400454ca
#define IFF_TUN_NO_PI 0x1001
#define SIOCSIFFLAGS 0x8914
#define SIOCSIFADDR 0x8916
#define SIOCSIFNETMASK 0x891c
#define IFF_UP_RUNNING 0x41
