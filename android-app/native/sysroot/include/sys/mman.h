// Mapped memory; flags of asm-generic/mman.h.
#pragma once
#include <sys/types.h>
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define PROT_NONE 0
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FIXED 16
#define MAP_ANONYMOUS 32
#define MAP_FAILED ((void *)-1)
#define MREMAP_MAYMOVE 1
__BEGIN_DECLS
void *mmap(void *, size_t, int, int, int, off_t) __AL64(mmap);
int munmap(void *, size_t);
void *mremap(void *, size_t, size_t, int, ...);
int msync(void *, size_t, int);
int mprotect(void *, size_t, int);
int madvise(void *, size_t, int);
__END_DECLS
