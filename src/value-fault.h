/* value-fault.h - how the value functions say what is wrong.

   For value*.c and dict*.c only.  Text of the user goes into a reason through 'show': it may hold
   any byte and have any length, a reason is short and printable.  */

#ifndef PMTAC_VALUE_FAULT_H
#define PMTAC_VALUE_FAULT_H

#include "value.h"

struct shown {
    char text[64];
};

/* 's' as it may stand in a reason: at most 40 bytes of it, control bytes and broken UTF-8 as
   "\xNN", "..." for what is left out.  */
struct shown show(struct str s);

/* Fills 'fault' without a fix: the bytes 'lo' to 'hi' are wrong because of the formatted reason.
   Always false.  */
bool fault_at(struct fault *, size_t lo, size_t hi, const char *format, ...) PRINTF(4, 5);

/* Sets the fix; none where it does not fit.  Always false.  */
bool fault_fix(struct fault *, const char *format, ...) PRINTF(2, 3);

/* Sets the fix to 's'; none where it does not fit or holds a byte that is not printable.  Always
   false.  */
bool fault_fix_str(struct fault *, struct str s);

/* Moves the place of a fault that was found in the part of a text that begins at 'offset' and has
   'size' bytes, and drops its fix.  Always false.  */
bool fault_shift(struct fault *, size_t offset, size_t size);

/* The number that the digits at '*at' of 's' make, not above 'max', behind which '*at' is put.
   Refuses leading zeros.  */
bool value_digits(struct str s, size_t *at, uint64_t max, uint64_t *, struct fault *);

/* Bytes of the UTF-8 character at 's'[at], or 0 where there is no proper one; sets '*code'.  */
size_t utf8_at(struct str s, size_t at, uint32_t *code);

/* The character of 's' at 'at', or the byte where there is no proper one.  */
struct str char_at(struct str s, size_t at);

enum { LABEL_MAX = 63, CODE_POINTS_MAX = 64 };

/* Decodes the part of an A-label behind "xn--" (RFC 3492) to at most CODE_POINTS_MAX code
   points.  */
bool punycode_decode(struct str s, uint32_t *codes, size_t *n);

/* Encodes code points; writes at most 'size' bytes and returns how many, 0 where they do not
   fit.  */
size_t punycode_encode(const uint32_t *codes, size_t n, char *out, size_t size);

#endif
