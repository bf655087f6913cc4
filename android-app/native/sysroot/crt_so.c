// The start and the end of a shared library, as bionic's crtbegin_so.o has them (AOSP, bionic/libc/arch-common/bionic).
extern int __cxa_atexit(void (*)(void *), void *, void *);
extern void __cxa_finalize(void *);

// Names this library to the C library: what it registers to be run at its end is run when it is unloaded.
__attribute__((visibility("hidden"))) void *__dso_handle = &__dso_handle;

__attribute__((visibility("hidden"))) int atexit(void (*function)(void)) {
    return __cxa_atexit((void (*)(void *))function, 0, &__dso_handle);
}

__attribute__((destructor)) static void finalize(void) {
    __cxa_finalize(&__dso_handle);
}
