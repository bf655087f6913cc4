// Lengths of paths.
#pragma once
#include_next <limits.h>
#define PATH_MAX 4096
#define NAME_MAX 255
#ifndef SSIZE_MAX
#define SSIZE_MAX LONG_MAX
#endif
