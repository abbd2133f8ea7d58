// Declares what the libraries need from the kernel's and libc's headers. They are built without these headers, so they work with every libc.
#define EPERM 1
#define EACCES 13
#define ENOSYS 38
#define EOPNOTSUPP 95

extern int *__errno_location(void);

static inline long system_call(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
	long result;
	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c, x3 __asm__("x3") = d,
		x4 __asm__("x4") = e, x5 __asm__("x5") = f;
	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
#else
#error "no system calls for this architecture"
#endif
}

// Returns what libc's functions return: -1 with errno for an error.
static inline long answer(long result)
{
	if ((unsigned long)result <= -4096UL)
		return result;
	*__errno_location() = (int)-result;
	return -1;
}
