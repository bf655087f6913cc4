// Bytes and texts.
#pragma once
#include <sys/cdefs.h>
#include <stddef.h>
__BEGIN_DECLS
void *memcpy(void *, const void *, size_t);
void *memmove(void *, const void *, size_t);
void *memset(void *, int, size_t);
int memcmp(const void *, const void *, size_t);
#ifdef __cplusplus
extern "C++" {
void *memchr(void *, int, size_t) __asm__("memchr");
const void *memchr(const void *, int, size_t) __asm__("memchr");
}
#else
void *memchr(const void *, int, size_t);
#endif
size_t strlen(const char *);
size_t strnlen(const char *, size_t);
int strcmp(const char *, const char *);
int strncmp(const char *, const char *, size_t);
char *strcpy(char *, const char *);
char *strncpy(char *, const char *, size_t);
char *strcat(char *, const char *);
char *strchr(const char *, int);
char *strrchr(const char *, int);
char *strstr(const char *, const char *);
size_t strspn(const char *, const char *);
size_t strcspn(const char *, const char *);
char *strdup(const char *);
char *strerror(int);
__END_DECLS
