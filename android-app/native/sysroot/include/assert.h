// assert(3), switched off by NDEBUG.
#include <sys/cdefs.h>
#undef assert
#ifdef NDEBUG
#define assert(e) ((void)0)
#else
#define assert(e) ((e) ? (void)0 : __assert2(__FILE__, __LINE__, __func__, #e))
#endif
__BEGIN_DECLS
void __assert2(const char *, int, const char *, const char *) __attribute__((noreturn));
__END_DECLS
