// Files and processes.
#pragma once
#include <sys/types.h>
#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2
#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4
#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif
#define _SC_PAGESIZE 0x0027
#define _SC_PAGE_SIZE 0x0028
#define _SC_NPROCESSORS_ONLN 0x0061
__BEGIN_DECLS
int access(const char *, int);
int close(int);
ssize_t read(int, void *, size_t);
ssize_t write(int, const void *, size_t);
off_t lseek(int, off_t, int) __AL64(lseek);
ssize_t pread(int, void *, size_t, off_t) __AL64(pread);
ssize_t pwrite(int, const void *, size_t, off_t) __AL64(pwrite);
int ftruncate(int, off_t) __AL64(ftruncate);
int truncate(const char *, off_t) __AL64(truncate);
int fsync(int);
int fdatasync(int);
int unlink(const char *);
int rmdir(const char *);
int fchown(int, uid_t, gid_t);
uid_t getuid(void);
uid_t geteuid(void);
pid_t getpid(void);
char *getcwd(char *, size_t);
ssize_t readlink(const char *, char *, size_t);
long sysconf(int);
int usleep(useconds_t);
unsigned int sleep(unsigned int);
int getpagesize(void);
int isatty(int);
long syscall(long, ...);
int dup(int);
__END_DECLS
