#include <config.h>

#include "value-fault.h"

/* Punycode, RFC 3492, for labels: all numbers stay small because a label has at most 63 bytes, and
   what would overflow is refused.  */

enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST_CODE = 128 };

/* RFC 3492 section 6.1.  */
static uint32_t adapt(uint32_t delta, uint32_t n, bool first)
{
    uint32_t k = 0;

    delta = first ? delta / DAMP : delta / 2;
    delta += delta / n;
    while (delta > (BASE - T_MIN) * T_MAX / 2) {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
    return k <= bias + T_MIN ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
}

/* The value of a digit, or BASE for none.  */
static uint32_t digit_value(char c)
{
    if (is_digit(c))
        return (uint32_t)(c - '0') + 26;
    return is_alpha(c) ? (uint32_t)(to_lower(c) - 'a') : BASE;
}

static char digit_char(uint32_t value)
{
    return (char)(value < 26 ? 'a' + value : '0' + (value - 26));
}

/* Adds the variable-length integer at '*at' to '*i'.  */
static bool integer_at(struct str s, size_t *at, uint32_t bias, uint32_t *i)
{
    uint32_t weight = 1;

    for (uint32_t k = BASE;; k += BASE) {
        uint32_t digit = *at < s.n ? digit_value(s.p[(*at)++]) : BASE;
        if (digit == BASE || digit > (UINT32_MAX - *i) / weight)
            return false;
        *i += digit * weight;
        uint32_t t = threshold(k, bias);
        if (digit < t)
            return true;
        if (weight > UINT32_MAX / (BASE - t))
            return false;
        weight *= BASE - t;
    }
}

bool punycode_decode(struct str s, uint32_t *codes, size_t *n)
{
    uint32_t code = FIRST_CODE, i = 0, bias = FIRST_BIAS;
    size_t at = 0;

    *n = 0;
    if (s.n > LABEL_MAX)
        return false;
    for (size_t k = s.n; k > 0 && !at; k--)
        if (s.p[k - 1] == '-')
            at = k;
    for (size_t k = 0; k + 1 < at; k++) {
        if ((unsigned char)s.p[k] >= 0x80)
            return false;
        codes[(*n)++] = (unsigned char)to_lower(s.p[k]);
    }
    while (at < s.n) {
        uint32_t old = i, count = (uint32_t)*n + 1;
        if (count > CODE_POINTS_MAX || !integer_at(s, &at, bias, &i))
            return false;
        bias = adapt(i - old, count, old == 0);
        if (i / count > 0x10ffff - code)
            return false;
        code += i / count;
        i %= count;
        memmove(codes + i + 1, codes + i, (*n - i) * sizeof *codes);
        codes[i++] = code;
        ++*n;
    }
    return true;
}

/* Writes 'delta' as a variable-length integer.  */
static bool put_integer(uint32_t delta, uint32_t bias, char *out, size_t *at, size_t size)
{
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t t = threshold(k, bias);
        if (*at == size)
            return false;
        if (delta < t) {
            out[(*at)++] = digit_char(delta);
            return true;
        }
        out[(*at)++] = digit_char(t + (delta - t) % (BASE - t));
        delta = (delta - t) / (BASE - t);
    }
}

/* The least code point that is not below 'from'.  */
static uint32_t least_from(const uint32_t *codes, size_t n, uint32_t from)
{
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < n; i++)
        if (codes[i] >= from && codes[i] < least)
            least = codes[i];
    return least;
}

size_t punycode_encode(const uint32_t *codes, size_t n, char *out, size_t size)
{
    uint32_t code = FIRST_CODE, delta = 0, bias = FIRST_BIAS;
    size_t at = 0, basic, done;

    if (n == 0 || n > CODE_POINTS_MAX || size < n + 1)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (codes[i] < FIRST_CODE)
            out[at++] = (char)codes[i];
    basic = done = at;
    if (basic)
        out[at++] = '-';
    while (done < n) {
        uint32_t next = least_from(codes, n, code), step = (uint32_t)done + 1;
        if (next - code > (UINT32_MAX - delta - CODE_POINTS_MAX) / step)
            return 0;
        delta += (next - code) * step;
        code = next;
        for (size_t i = 0; i < n; i++) {
            delta += codes[i] < code;
            if (codes[i] != code)
                continue;
            if (!put_integer(delta, bias, out, &at, size))
                return 0;
            bias = adapt(delta, (uint32_t)done + 1, done == basic);
            delta = 0;
            done++;
        }
        delta++;
        code++;
    }
    return at;
}
