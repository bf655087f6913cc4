// Libraries at run time.
#pragma once
#include <stdint.h>
#include <sys/cdefs.h>
typedef struct {
    const char *dli_fname;
    void *dli_fbase;
    const char *dli_sname;
    void *dli_saddr;
} Dl_info;
#ifdef __LP64__
#define RTLD_NOW 2
#define RTLD_LAZY 1
#define RTLD_GLOBAL 0x100
#define RTLD_LOCAL 0
#define RTLD_DEFAULT ((void *)0)
#else
#define RTLD_NOW 0
#define RTLD_LAZY 1
#define RTLD_GLOBAL 2
#define RTLD_LOCAL 0
#define RTLD_DEFAULT ((void *)0xffffffffUL)
#endif
__BEGIN_DECLS
void *dlopen(const char *, int);
int dlclose(void *);
void *dlsym(void *, const char *);
const char *dlerror(void);
int dladdr(const void *, Dl_info *);
__END_DECLS
