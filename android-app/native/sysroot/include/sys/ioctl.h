// ioctl(2).
#pragma once
#include <sys/cdefs.h>
__BEGIN_DECLS
int ioctl(int, int, ...);
__END_DECLS
