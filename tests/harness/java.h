// A Java virtual machine in name only: enough of JNI (Java Native Interface Specification, chapter 4) to load the library,
// call it and be called by it. It counts what a real one would run out of.
#pragma once
#include <stddef.h>
#include <stdint.h>

// An object of this machine: text, bytes, an exception, or anything.
typedef struct object {
    char *bytes;
    int32_t length; // negative: what GetArrayLength answers for an array that no JVM has
    struct object *code, *message;
    int global; // how many global references hold it
    struct object *next;
} object;

typedef struct {
    int find_class;          // classes looked up
    int global_references;   // held now
    int attached;            // threads that are attached now
    int most_local;          // the most local references that one thread ever held
    int local;               // local references of threads that the machine did not start, held now
    int up_calls;            // calls of Attributor.ownerUid
    int exceptions_cleared;  // by the library
} counters;

extern counters java_counts;

// Called in Attributor.ownerUid's place; -2 throws an exception.
extern int (*java_owner_uid)(int protocol, const uint8_t *local, int local_port, const uint8_t *remote, int remote_port);

void *java_machine(void);       // JavaVM *
void *java_environment(void);   // JNIEnv * of the main thread
object *java_bytes(const char *text);
object *java_impossible_array(void);
// The pending exception's code and message, which is then no longer pending; null without one.
const char *java_thrown(const char **message);
// What a return to Java does: local references of the main thread end.
void java_return(void);
