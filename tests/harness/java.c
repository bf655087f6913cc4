#include "java.h"
#include "system.h"

// The places of functions in JNI's tables.
enum {
    GET_VERSION = 4, FIND_CLASS = 6, THROW = 13, EXCEPTION_OCCURRED = 15, EXCEPTION_CLEAR = 17, PUSH_LOCAL_FRAME = 19,
    POP_LOCAL_FRAME = 20, NEW_GLOBAL_REF = 21, DELETE_GLOBAL_REF = 22, DELETE_LOCAL_REF = 23, NEW_OBJECT_A = 30,
    GET_METHOD_ID = 33, CALL_INT_METHOD_A = 51, NEW_STRING_UTF = 167, GET_ARRAY_LENGTH = 171, NEW_BYTE_ARRAY = 176,
    GET_BYTE_ARRAY_REGION = 200, SET_BYTE_ARRAY_REGION = 208, GET_JAVA_VM = 219, EXCEPTION_CHECK = 228, FUNCTIONS = 240,
    THREADS = 64,
};
enum { DETACH_CURRENT_THREAD = 5, GET_ENV = 6, ATTACH_AS_DAEMON = 7, INVOKE_FUNCTIONS = 8 };
enum { JNI_OK = 0, JNI_EDETACHED = -2, JNI_VERSION_1_6 = 0x00010006, FRAMES = 16 };

// A thread's JNIEnv: the table first, as JNI has it.
typedef struct {
    void **functions;
    object *frames[FRAMES]; // the objects of each frame, the youngest first
    int frame;
    int held;
    int is_main;
    object *pending;
    pthread_t thread;
} environment;

typedef union {
    int32_t i;
    int64_t j;
    object *l;
} value;

counters java_counts;
int (*java_owner_uid)(int, const uint8_t *, int, const uint8_t *, int);

static void *functions[FUNCTIONS];
static void *invoke_functions[INVOKE_FUNCTIONS];
static void **machine = invoke_functions;
static environment main_environment;
static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
// The threads that are attached. Not a thread-local value: the library detaches a thread while such values are being ended.
static environment *attached[THREADS];

static void count(int *counter, int change) {
    pthread_mutex_lock(&counting);
    *counter += change;
    pthread_mutex_unlock(&counting);
}

static environment *find_environment(void) {
    environment *found = NULL;
    pthread_mutex_lock(&counting);
    for (int at = 0; at < THREADS; at++)
        if (attached[at] && attached[at]->thread == pthread_self())
            found = attached[at];
    pthread_mutex_unlock(&counting);
    return found;
}

// Puts one environment in another's place among those that are attached.
static void exchange(environment *before, environment *after) {
    pthread_mutex_lock(&counting);
    int at = 0;
    while (at < THREADS && attached[at] != before)
        at++;
    if (at == THREADS)
        abort();
    attached[at] = after;
    pthread_mutex_unlock(&counting);
}

static object *new_object(environment *env, const char *bytes, int32_t length) {
    object *made = calloc(1, sizeof *made);
    if (length >= 0) {
        made->bytes = calloc(1, (size_t)length + 1);
        if (bytes)
            memcpy(made->bytes, bytes, (size_t)length);
    }
    made->length = length;
    made->next = env->frames[env->frame];
    env->frames[env->frame] = made;
    env->held++;
    pthread_mutex_lock(&counting);
    if (!env->is_main)
        java_counts.local++;
    if (env->held > java_counts.most_local)
        java_counts.most_local = env->held;
    pthread_mutex_unlock(&counting);
    return made;
}

static void end_frame(environment *env) {
    object *next;
    for (object *each = env->frames[env->frame]; each; each = next) {
        next = each->next;
        env->held--;
        if (!env->is_main)
            count(&java_counts.local, -1);
        if (!each->global && each != env->pending && !(env->pending && (each == env->pending->code || each == env->pending->message))) {
            free(each->bytes);
            free(each);
        }
    }
    env->frames[env->frame] = NULL;
}

static int32_t get_version(environment *env) { (void)env; return JNI_VERSION_1_6; }

static object *find_class(environment *env, const char *name) {
    count(&java_counts.find_class, 1);
    return new_object(env, name, (int32_t)strlen(name));
}

static int32_t throw(environment *env, object *exception) { env->pending = exception; return JNI_OK; }
static object *exception_occurred(environment *env) { return env->pending; }
static uint8_t exception_check(environment *env) { return env->pending != NULL; }

static void exception_clear(environment *env) {
    env->pending = NULL;
    count(&java_counts.exceptions_cleared, 1);
}

static int32_t push_local_frame(environment *env, int32_t capacity) {
    (void)capacity;
    if (env->frame + 1 == FRAMES)
        abort();
    env->frame++;
    return JNI_OK;
}

static object *pop_local_frame(environment *env, object *result) {
    end_frame(env);
    env->frame--;
    return result;
}

static object *new_global_ref(environment *env, object *what) {
    (void)env;
    if (what) {
        count(&what->global, 1);
        count(&java_counts.global_references, 1);
    }
    return what;
}

static void delete_global_ref(environment *env, object *what) {
    (void)env;
    if (what)
        count(&java_counts.global_references, -1);
}

static void delete_local_ref(environment *env, object *what) { (void)env; (void)what; }

static object *new_object_a(environment *env, object *class, void *constructor, const value *arguments) {
    (void)class;
    (void)constructor;
    object *made = new_object(env, NULL, 0);
    made->code = arguments[0].l;
    made->message = arguments[1].l;
    return made;
}

static void *get_method_id(environment *env, object *class, const char *name, const char *signature) {
    (void)env;
    (void)class;
    (void)signature;
    return (void *)(name[0] == '<' ? 1L : 2L);
}

static int32_t call_int_method_a(environment *env, object *object_of_app, void *method, const value *arguments) {
    (void)object_of_app;
    (void)method;
    count(&java_counts.up_calls, 1);
    int uid = java_owner_uid(arguments[0].i, (const uint8_t *)arguments[1].l->bytes, arguments[2].i,
                             (const uint8_t *)arguments[3].l->bytes, arguments[4].i);
    if (uid == -2)
        env->pending = new_object(env, NULL, 0);
    return uid;
}

static object *new_string_utf(environment *env, const char *text) { return new_object(env, text, (int32_t)strlen(text)); }
static int32_t get_array_length(environment *env, object *array) { (void)env; return array->length; }
static object *new_byte_array(environment *env, int32_t length) { return new_object(env, NULL, length); }

static void get_byte_array_region(environment *env, object *array, int32_t start, int32_t length, int8_t *to) {
    (void)env;
    memcpy(to, array->bytes + start, (size_t)length);
}

static void set_byte_array_region(environment *env, object *array, int32_t start, int32_t length, const int8_t *from) {
    (void)env;
    memcpy(array->bytes + start, from, (size_t)length);
}

static int32_t get_java_vm(environment *env, void **out) {
    (void)env;
    *out = &machine;
    return JNI_OK;
}

static int32_t get_env(void *vm, void **out, int32_t version) {
    (void)vm;
    (void)version;
    *out = find_environment();
    return *out ? JNI_OK : JNI_EDETACHED;
}

static int32_t attach_as_daemon(void *vm, void **out, void *arguments) {
    (void)vm;
    (void)arguments;
    environment *env = calloc(1, sizeof *env);
    env->functions = functions;
    env->thread = pthread_self();
    exchange(NULL, env);
    count(&java_counts.attached, 1);
    *out = env;
    return JNI_OK;
}

static int32_t detach_current_thread(void *vm) {
    (void)vm;
    environment *env = find_environment();
    end_frame(env);
    exchange(env, NULL);
    free(env);
    count(&java_counts.attached, -1);
    return JNI_OK;
}

static void missing(void) {
    fprintf(stderr, "the library called a function of JNI that this machine does not have\n");
    abort();
}

void *java_machine(void) {
    for (int at = 0; at < FUNCTIONS; at++)
        functions[at] = (void *)missing;
    for (int at = 0; at < INVOKE_FUNCTIONS; at++)
        invoke_functions[at] = (void *)missing;
    functions[GET_VERSION] = (void *)get_version;
    functions[FIND_CLASS] = (void *)find_class;
    functions[THROW] = (void *)throw;
    functions[EXCEPTION_OCCURRED] = (void *)exception_occurred;
    functions[EXCEPTION_CLEAR] = (void *)exception_clear;
    functions[PUSH_LOCAL_FRAME] = (void *)push_local_frame;
    functions[POP_LOCAL_FRAME] = (void *)pop_local_frame;
    functions[NEW_GLOBAL_REF] = (void *)new_global_ref;
    functions[DELETE_GLOBAL_REF] = (void *)delete_global_ref;
    functions[DELETE_LOCAL_REF] = (void *)delete_local_ref;
    functions[NEW_OBJECT_A] = (void *)new_object_a;
    functions[GET_METHOD_ID] = (void *)get_method_id;
    functions[CALL_INT_METHOD_A] = (void *)call_int_method_a;
    functions[NEW_STRING_UTF] = (void *)new_string_utf;
    functions[GET_ARRAY_LENGTH] = (void *)get_array_length;
    functions[NEW_BYTE_ARRAY] = (void *)new_byte_array;
    functions[GET_BYTE_ARRAY_REGION] = (void *)get_byte_array_region;
    functions[SET_BYTE_ARRAY_REGION] = (void *)set_byte_array_region;
    functions[GET_JAVA_VM] = (void *)get_java_vm;
    functions[EXCEPTION_CHECK] = (void *)exception_check;
    invoke_functions[GET_ENV] = (void *)get_env;
    invoke_functions[ATTACH_AS_DAEMON] = (void *)attach_as_daemon;
    invoke_functions[DETACH_CURRENT_THREAD] = (void *)detach_current_thread;
    main_environment.functions = functions;
    main_environment.is_main = 1;
    main_environment.thread = pthread_self();
    exchange(NULL, &main_environment);
    return &machine;
}

void *java_environment(void) { return &main_environment; }
object *java_bytes(const char *text) { return new_object(&main_environment, text, (int32_t)strlen(text)); }
object *java_impossible_array(void) { return new_object(&main_environment, NULL, -1); }

const char *java_thrown(const char **message) {
    object *pending = main_environment.pending;
    main_environment.pending = NULL;
    if (!pending)
        return NULL;
    *message = pending->message->bytes;
    return pending->code->bytes;
}

void java_return(void) { end_frame(&main_environment); }
