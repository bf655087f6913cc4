// What is known of a file: the kernel's struct, one for each architecture.
#pragma once
#include <sys/types.h>
#include <time.h>
struct stat {
#if defined(__aarch64__)
    unsigned long st_dev, st_ino;
    unsigned int st_mode, st_nlink, st_uid, st_gid;
    unsigned long st_rdev, __p1;
    long st_size;
    int st_blksize, __p2;
    long st_blocks;
    struct timespec st_atim, st_mtim, st_ctim;
    unsigned int __u4, __u5;
#elif defined(__x86_64__)
    unsigned long st_dev, st_ino, st_nlink;
    unsigned int st_mode, st_uid, st_gid, __p0;
    unsigned long st_rdev;
    long st_size, st_blksize, st_blocks;
    struct timespec st_atim, st_mtim, st_ctim;
    long __u[3];
#elif defined(__arm__)
    unsigned long long st_dev;
    unsigned char __p0[4];
    unsigned long __st_ino;
    unsigned int st_mode, st_nlink;
    unsigned int st_uid, st_gid;
    unsigned long long st_rdev;
    unsigned char __p3[4];
    long long st_size;
    unsigned long st_blksize;
    unsigned long long st_blocks;
    struct timespec st_atim, st_mtim, st_ctim;
    unsigned long long st_ino;
#else
#error "unsupported architecture"
#endif
};
#define st_atime st_atim.tv_sec
#define st_mtime st_mtim.tv_sec
#define st_ctime st_ctim.tv_sec
#define S_IFMT 0170000
#define S_IFDIR 0040000
#define S_IFREG 0100000
#define S_IFLNK 0120000
#define S_ISDIR(m) (((m)&S_IFMT) == S_IFDIR)
#define S_ISREG(m) (((m)&S_IFMT) == S_IFREG)
#define S_ISLNK(m) (((m)&S_IFMT) == S_IFLNK)
#define S_IRUSR 0400
#define S_IWUSR 0200
#define S_IXUSR 0100
__BEGIN_DECLS
int stat(const char *, struct stat *);
int fstat(int, struct stat *);
int lstat(const char *, struct stat *);
int fchmod(int, mode_t);
int chmod(const char *, mode_t);
int mkdir(const char *, mode_t);
mode_t umask(mode_t);
__END_DECLS
