/* Does what count.py does. It is linked against musl. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

int main(void)
{
    unsigned char random[8];
    char word[sizeof random + 1] = {0};
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return 1;
    for (size_t i = 0; i < sizeof random; i++)
        word[i] = (char)('a' + random[i] % 26);
    for (long number = 1;; number++) {
        printf("%s %ld\n", word, number);
        fflush(stdout);
        nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL);
    }
}
