// Formats of fixed-width numbers.
#pragma once
#include <stdint.h>
#ifdef __LP64__
#define __P64 "l"
#define __PP "l"
#else
#define __P64 "ll"
#define __PP ""
#endif
#define PRId32 "d"
#define PRIu32 "u"
#define PRIx32 "x"
#define PRId64 __P64 "d"
#define PRIu64 __P64 "u"
#define PRIx64 __P64 "x"
#define PRIxPTR __PP "x"
#define PRIuPTR __PP "u"
#define PRIX64 __P64 "X"
#define PRIu8 "u"
#define PRId8 "d"
#define PRIu16 "u"
#define PRId16 "d"
#define PRIX32 "X"
#define PRIi64 __P64 "i"
