// Formatted output.
#pragma once
#include <sys/types.h>
#include <stdarg.h>
typedef struct __sFILE FILE;
extern FILE *stdin, *stdout, *stderr; /* exported data symbols, API 23+ */
#define EOF (-1)
#define BUFSIZ 1024
#define FILENAME_MAX 4096
#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif
__BEGIN_DECLS
int printf(const char *, ...) __attribute__((format(printf, 1, 2)));
int fprintf(FILE *, const char *, ...) __attribute__((format(printf, 2, 3)));
int snprintf(char *, size_t, const char *, ...) __attribute__((format(printf, 3, 4)));
int sprintf(char *, const char *, ...);
int vsnprintf(char *, size_t, const char *, va_list);
int vfprintf(FILE *, const char *, va_list);
FILE *fopen(const char *, const char *);
int fclose(FILE *);
int fflush(FILE *);
size_t fread(void *, size_t, size_t, FILE *);
size_t fwrite(const void *, size_t, size_t, FILE *);
int fputs(const char *, FILE *);
int fputc(int, FILE *);
char *fgets(char *, int, FILE *);
int fseek(FILE *, long, int);
long ftell(FILE *);
void rewind(FILE *);
int remove(const char *);
int rename(const char *, const char *);
int puts(const char *);
int putchar(int);
int fileno(FILE *);
void perror(const char *);
__END_DECLS
