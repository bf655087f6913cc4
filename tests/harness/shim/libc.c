// Lets the library for x86_64 Android run on a glibc machine: only what differs between the two there.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

int *__errno(void) { return &errno; }

// Bionic's is the one of POSIX.
extern int __xpg_strerror_r(int, char *, size_t);
int strerror_r_posix(int error, char *text, size_t size) __asm__("strerror_r");
int strerror_r_posix(int error, char *text, size_t size) { return __xpg_strerror_r(error, text, size); }

// Bionic's numbers (libc/include/bits/sysconf.h).
long sysconf(int name) {
    switch (name) {
    case 0x27: // _SC_PAGESIZE
    case 0x28:
        return 4096;
    case 0x60: // _SC_NPROCESSORS_CONF
    case 0x61: // _SC_NPROCESSORS_ONLN
        return 2;
    case 0x48: // _SC_GETPW_R_SIZE_MAX
        return 1024;
    }
    long (*theirs)(int) = (long (*)(int))dlsym(RTLD_NEXT, "sysconf");
    return theirs(name);
}
