// Kinds of characters.
#pragma once
#include <sys/cdefs.h>
__BEGIN_DECLS
int isalnum(int);
int isalpha(int);
int isdigit(int);
int isspace(int);
int isupper(int);
int islower(int);
int isxdigit(int);
int ispunct(int);
int isprint(int);
int tolower(int);
int toupper(int);
__END_DECLS
