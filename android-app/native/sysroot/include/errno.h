// The error of the last call; numbers of asm-generic/errno.h.
#pragma once
#include <sys/cdefs.h>
__BEGIN_DECLS
volatile int *__errno(void) __attribute__((const));
__END_DECLS
#define errno (*__errno())
#define EPERM 1
#define ENOENT 2
#define EINTR 4
#define EIO 5
#define EBADF 9
#define EAGAIN 11
#define EWOULDBLOCK EAGAIN
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define ENODEV 19
#define ENOTDIR 20
#define EISDIR 21
#define EINVAL 22
#define ENOTTY 25
#define EFBIG 27
#define ENOSPC 28
#define EROFS 30
#define EDOM 33
#define ERANGE 34
#define EDEADLK 35
#define ENAMETOOLONG 36
#define ENOLCK 37
#define ENOSYS 38
#define ELOOP 40
#define EOVERFLOW 75
#define EOPNOTSUPP 95
#define ENOTSUP 95
#define ETIMEDOUT 110
#define ESTALE 116
#define ECONNRESET 104
#define ENOTCONN 107
