// The sizes of the ABI: bionic, LP64 and ILP32.
#pragma once
#include <sys/cdefs.h>
#include <stddef.h>
#include <stdint.h>
typedef int pid_t;
typedef uint32_t uid_t;
typedef uint32_t gid_t;
#ifdef __LP64__
typedef uint32_t mode_t;
typedef uint64_t dev_t;
typedef long ssize_t;
#else
typedef uint16_t mode_t;
typedef uint32_t dev_t;
typedef int ssize_t;
#endif
typedef unsigned long ino_t;
typedef uint32_t nlink_t;
typedef int64_t off_t;
typedef int64_t off64_t;
typedef int64_t loff_t;
typedef long time_t;
typedef long suseconds_t;
typedef int clockid_t;
typedef uint32_t useconds_t;
typedef unsigned long blksize_t;
typedef unsigned long blkcnt_t;
typedef unsigned int u_int;
typedef unsigned char u_char;
typedef uint32_t socklen_t;
typedef long pthread_t;
typedef int pthread_key_t;
typedef int pthread_once_t;
typedef long pthread_mutexattr_t;
#ifdef __LP64__
typedef struct {
    int32_t v[10];
} pthread_mutex_t;
typedef struct {
    int32_t v[12];
} pthread_cond_t;
typedef struct {
    int32_t v[14];
} pthread_rwlock_t;
typedef struct {
    uint32_t flags;
    void *base;
    size_t size, guard;
    int32_t policy, prio;
    char r[16];
} pthread_attr_t;
#else
typedef struct {
    int32_t v[1];
} pthread_mutex_t;
typedef struct {
    int32_t v[1];
} pthread_cond_t;
typedef struct {
    int32_t v[10];
} pthread_rwlock_t;
typedef struct {
    uint32_t flags;
    void *base;
    size_t size, guard;
    int32_t policy, prio;
} pthread_attr_t;
#endif
