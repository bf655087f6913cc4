// The size of a block.
#pragma once
#include <stdlib.h>
__BEGIN_DECLS
size_t malloc_usable_size(const void *);
__END_DECLS
