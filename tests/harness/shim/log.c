// Android's log, to the standard error output.
#include <stdio.h>

int __android_log_write(int priority, const char *tag, const char *text) {
    return fprintf(stderr, "%c/%s: %s\n", "??VDIWEF"[priority & 7], tag, text);
}

int __android_log_buf_write(int buffer, int priority, const char *tag, const char *text) {
    (void)buffer;
    return __android_log_write(priority, tag, text);
}
