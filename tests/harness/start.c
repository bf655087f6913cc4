// Where Android begins to run the harness, in the place of bionic's crtbegin_dynamic.o.
typedef struct {
    void *functions[4];
} structors;

extern void __libc_init(void *, void (*)(void), int (*)(int, char **, char **), const structors *);
extern int main(int, char **, char **);

__attribute__((used, visibility("hidden"))) void start_main(void *arguments) {
    static const structors none;
    __libc_init(arguments, 0, main, &none);
}

#if defined(__aarch64__)
__asm__(".globl _start; .type _start,%function; _start: mov x29, #0; mov x30, #0; mov x0, sp; b start_main");
#elif defined(__x86_64__)
__asm__(".globl _start; .type _start,%function; _start: xor %rbp, %rbp; mov %rsp, %rdi; and $-16, %rsp; call start_main; hlt");
#else
__asm__(".arm; .globl _start; .type _start,%function; _start: mov r0, sp; bl start_main; .thumb");
#endif
