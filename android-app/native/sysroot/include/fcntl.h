// Opening and locking files.
#pragma once
#include <sys/types.h>
#include <sys/stat.h>
#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_CREAT 0100
#define O_EXCL 0200
#define O_NOCTTY 0400
#define O_TRUNC 01000
#define O_APPEND 02000
#define O_NONBLOCK 04000
#define O_CLOEXEC 02000000
#if defined(__aarch64__) || defined(__arm__)
#define O_DIRECTORY 040000
#define O_NOFOLLOW 0100000
#define O_LARGEFILE 0400000
#else
#define O_DIRECTORY 0200000
#define O_NOFOLLOW 0400000
#define O_LARGEFILE 0100000
#endif
#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define FD_CLOEXEC 1
#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#ifdef __LP64__
#define F_GETLK 5
#define F_SETLK 6
#define F_SETLKW 7
#else /* 64-bit offsets: the kernel's struct flock64 and its commands */
#define F_GETLK 12
#define F_SETLK 13
#define F_SETLKW 14
#endif
struct flock {
    short l_type, l_whence;
    off_t l_start, l_len;
    pid_t l_pid;
};
#define AT_FDCWD (-100)
__BEGIN_DECLS
int open(const char *, int, ...);
int openat(int, const char *, int, ...);
int fcntl(int, int, ...);
__END_DECLS
