// The three functions of libm that NativeAOT's runtime calls, so that crik does not need libm: the bundle would have 1.1 MB more, and every
// start would load one more library (docs/design/0030-bundle.md). Elsewhere than on x86-64, libm has them.
#ifdef __x86_64__

static int is_whole_or_not_finite(double value) { return !(__builtin_fabs(value) < 0x1p52); }

double ceil(double value) {
    if (is_whole_or_not_finite(value))
        return value;
    double whole = (double)(long long)value;
    return __builtin_copysign(whole < value ? whole + 1 : whole, value);
}

double modf(double value, double *whole) {
    if (is_whole_or_not_finite(value)) {
        *whole = value;
        return value != value ? value : __builtin_copysign(0, value);
    }
    double truncated = (double)(long long)value;
    *whole = __builtin_copysign(truncated, value);
    return __builtin_copysign(value - truncated, value);
}

// FYL2X computes st(1) * log2(st(0)) with 64 bits, more than a double has. It also knows zero, infinity, NaN and negative numbers.
double log(double value) {
    long double result;
    __asm__("fyl2x" : "=t"(result) : "0"((long double)value), "u"(0.693147180559945309417232121458176568L) : "st(1)");
    return (double)result;
}

#endif
