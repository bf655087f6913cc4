// Declarations to compile the core's C code (SQLite, LLVM's libunwind) for Android's libc, API 26 and later, where
// there is no NDK. Written for this project: sizes and constants are the Linux kernel's and Android's public ABI, and
// `check-sizes` compares them with the `libc` crate. What the code does not use is not here; what it starts to use must
// be added, or it does not compile.
#pragma once
#define __BIONIC__ 1
#ifdef __cplusplus
#define __BEGIN_DECLS extern "C" {
#define __END_DECLS }
#else
#define __BEGIN_DECLS
#define __END_DECLS
#endif
#ifdef __LP64__
#define __AL64(f)
#else
#define __AL64(f) __asm__(#f "64") /* 64-bit off_t entry points, API 24+ */
#endif
