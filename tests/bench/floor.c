/* floor.c - the least that any compiler has to do: reads INPUT whole and prints RESULT, which was
   made before, without looking at either.  floor INPUT RESULT  */

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

static char *read_all(const char *path, size_t *n)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    char *p = NULL;
    *n = 0;
    if (fd >= 0 && fstat(fd, &st) == 0)
        p = malloc((size_t)st.st_size + 1);
    for (ssize_t got = 1; p && got > 0; *n += (size_t)got)
        if ((got = read(fd, p + *n, (size_t)st.st_size - *n)) < 0)
            return NULL;
    if (fd >= 0)
        close(fd);
    return p;
}

/* In pieces, so that the result is never in memory as a whole.  */
static int print(const char *path)
{
    static char piece[PIECE];
    int in = open(path, O_RDONLY);
    ssize_t got = 0;
    while (in >= 0 && (got = read(in, piece, sizeof piece)) > 0)
        if (write(STDOUT_FILENO, piece, (size_t)got) != got)
            return 1;
    return in < 0 || got < 0;
}

int main(int argc, char **argv)
{
    size_t n;
    if (argc != 3)
        return 2;
    char *input = read_all(argv[1], &n);
    if (!input)
        return 2;
    int status = print(argv[2]);
    free(input);
    return status;
}
