// What the C compiler wants of signals.
#pragma once
#include <sys/types.h>
typedef int sig_atomic_t;
typedef void (*sighandler_t)(int);
#define SIGABRT 6
__BEGIN_DECLS
int raise(int);
__END_DECLS
