/* test_arena.c - memory: alignment, growth that keeps content, formatted text, and the jump out of
   trouble.  */

#include <config.h>

#include <stdlib.h>

#include "buf.h"
#include "unit.h"

enum { ALIGNMENT = 8, LARGE = 64 << 10 };

static struct arena arena;
static jmp_buf handler;

/* Nobody waits at 'handler' but where a test says so: else the test dies of it.  */
static void set_up(void)
{
    arena_init(&arena, &handler);
}

static void tear_down(void)
{
    arena_free(&arena);
}

static void fill(char *p, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        p[i] = (char)(i * 7 + i / 251);
}

static void check_filled(const char *p, size_t n)
{
    size_t bad = 0;
    for (size_t i = 0; i < n; i++)
        bad += p[i] != (char)(i * 7 + i / 251);
    ck_assert_uint_eq(bad, 0);
}

static void check_piece(const char *p)
{
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq((uintptr_t)p % ALIGNMENT, 0);
}

START_TEST(pieces_are_aligned)
{
    static const size_t sizes[] = { 0, 1, 15, 16, 17, 1000, LARGE - 1, LARGE, LARGE + 1, 3 << 20 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *p = arena_alloc(&arena, sizes[i]);
        fill(p, 0, sizes[i]);
        check_piece(p);
        check_filled(p, sizes[i]);
        check_piece(arena_alloc(&arena, 1));
    }
}
END_TEST

START_TEST(empty_pieces)
{
    ck_assert_ptr_nonnull(arena_alloc(&arena, 0));
    ck_assert_ptr_nonnull(arena_zalloc(&arena, 0, 8));
    ck_assert_ptr_nonnull(arena_zalloc(&arena, 8, 0));
    ck_assert_ptr_nonnull(arena_grow(&arena, NULL, 0, 0));
    ck_assert_uint_eq(arena_str(&arena, (struct str){ NULL, 0 }).n, 0);
}
END_TEST

/* More than one chunk of pieces, none of which lies in another.  */
START_TEST(pieces_are_apart)
{
    enum { N = 20000 };
    static unsigned *pieces[N];
    for (unsigned i = 0; i < N; i++) {
        size_t n = 1 + i * 31 % 200;
        pieces[i] = arena_alloc(&arena, n * sizeof *pieces[i]);
        for (size_t k = 0; k < n; k++)
            pieces[i][k] = i;
    }
    size_t bad = 0;
    for (unsigned i = 0; i < N; i++)
        for (size_t k = 0; k < 1 + i * 31 % 200; k++)
            bad += pieces[i][k] != i;
    ck_assert_uint_eq(bad, 0);
    ck_assert_uint_ge(arena.size, N * sizeof(unsigned));
}
END_TEST

START_TEST(zeroed)
{
    struct pair {
        int a;
        void *b;
    };
    char *dirty = arena_alloc(&arena, 4000);
    memset(dirty, 0xff, 4000);
    arena_free(&arena);
    arena_init(&arena, &handler);
    struct pair *one = NEW(&arena, struct pair), *many = NEW_ARRAY(&arena, struct pair, 10000);
    ck_assert_int_eq(one->a, 0);
    ck_assert_ptr_null(one->b);
    for (size_t i = 0; i < 10000; i++) {
        ck_assert_int_eq(many[i].a, 0);
        ck_assert_ptr_null(many[i].b);
    }
}
END_TEST

/* From nothing over chunks to blocks; and two blocks that grow in turn.  */
START_TEST(growth_keeps_content)
{
    char *p = NULL, *q = NULL;
    size_t size = 0;
    for (size_t more = 1; more < 4 << 20; more = more * 3 / 2 + 1) {
        p = arena_grow(&arena, p, size, more);
        q = arena_grow(&arena, q, size, more);
        check_piece(p);
        fill(p, size, more);
        fill(q, size, more);
        size = more;
    }
    check_filled(p, size);
    check_filled(q, size);
}
END_TEST

/* What is dropped goes, wherever it stands among the others; small pieces stay.  */
START_TEST(pieces_dropped)
{
    char *small = arena_alloc(&arena, 8), *blocks[3];
    for (size_t turn = 0; turn < 3; turn++) {
        for (size_t i = 0; i < 3; i++) {
            blocks[i] = arena_zalloc(&arena, LARGE, 1);
            ck_assert_int_eq(blocks[i][LARGE - 1], 0);
            fill(blocks[i], 0, LARGE);
        }
        arena_drop(&arena, blocks[turn], LARGE);
        for (size_t i = 0; i < 3; i++)
            if (i != turn)
                check_filled(blocks[i], LARGE);
    }
    arena_drop(&arena, small, 8);
    arena_drop(&arena, NULL, 0);
    fill(small, 0, 8);
}
END_TEST

/* After a reset the same memory comes again, and what was large or late is gone.  */
START_TEST(reset_begins_anew)
{
    arena_reset(&arena);
    char *first = arena_alloc(&arena, 8);
    for (size_t i = 0; i < 100; i++)
        fill(arena_alloc(&arena, LARGE - 1), 0, LARGE - 1);
    fill(arena_alloc(&arena, LARGE), 0, LARGE);
    arena_reset(&arena);
    ck_assert_ptr_eq(arena_alloc(&arena, 8), first);
    ck_assert_ptr_null(arena.blocks);
}
END_TEST

/* Blocks at the head, in the middle and at the end of their list.  */
START_TEST(any_block_grows)
{
    char *blocks[3];
    for (size_t turn = 0; turn < 3; turn++) {
        for (size_t i = 0; i < 3; i++) {
            blocks[i] = arena_alloc(&arena, LARGE);
            fill(blocks[i], 0, LARGE);
        }
        blocks[turn] = arena_grow(&arena, blocks[turn], LARGE, 5 * LARGE);
        fill(blocks[turn], LARGE, 5 * LARGE);
        for (size_t i = 0; i < 3; i++)
            check_filled(blocks[i], i == turn ? 5 * LARGE : LARGE);
    }
}
END_TEST

START_TEST(vectors)
{
    VEC(size_t) v = { 0 };
    VEC(struct span) spans = { 0 };
    for (size_t i = 0; i < 100000; i++) {
        VEC_PUSH(&arena, &v, i * i);
        VEC_PUSH(&arena, &spans, (struct span){ (uint32_t)i, (uint32_t)i + 1 });
    }
    ck_assert_uint_eq(v.n, 100000);
    ck_assert_uint_ge(v.cap, v.n);
    size_t bad = 0;
    for (size_t i = 0; i < v.n; i++)
        bad += v.v[i] != i * i || spans.v[i].lo != i || spans.v[i].hi != i + 1;
    ck_assert_uint_eq(bad, 0);
}
END_TEST

START_TEST(texts)
{
    char source[] = "a\0b";
    struct str copy = arena_str(&arena, (struct str){ source, 3 });
    source[0] = 'x';
    ck_assert_uint_eq(copy.n, 3);
    ck_assert_mem_eq(copy.p, "a\0b\0", 4);
    struct str text = arena_printf(&arena, "%.*s-%04d%c", 3, "abcdef", 42, 'z');
    ck_assert_uint_eq(text.n, 9);
    ck_assert_str_eq(text.p, "abc-0042z");
    ck_assert_uint_eq(arena_printf(&arena, "%s", "").n, 0);
    struct str wide = arena_printf(&arena, "%200000d", 7);
    ck_assert_uint_eq(wide.n, 200000);
    ck_assert_int_eq(wide.p[199999], '7');
    ck_assert_int_eq(wide.p[200000], '\0');
}
END_TEST

START_TEST(buffers)
{
    struct buf b = { .arena = &arena };
    ck_assert_uint_eq(buf_str(&b).n, 0);
    buf_put(&b, (struct str){ NULL, 0 });
    for (size_t i = 0; i < 30000; i++) {
        buf_char(&b, 'a');
        buf_text(&b, "bc");
        buf_put(&b, STR("d\0"));
        buf_printf(&b, "%zu", i % 10);
        buf_fill(&b, '.', 2);
    }
    ck_assert_uint_eq(b.n, 30000 * 8);
    for (size_t i = 0; i < 30000; i++) {
        ck_assert_mem_eq(b.p + i * 8, "abcd\0", 5);
        ck_assert_int_eq(b.p[i * 8 + 5], (char)('0' + i % 10));
        ck_assert_mem_eq(b.p + i * 8 + 6, "..", 2);
    }
    buf_fill(&b, 'x', 1 << 20);
    ck_assert_uint_eq(b.n, 30000 * 8 + (1 << 20));
    ck_assert_int_eq(b.p[b.n - 1], 'x');
}
END_TEST

enum deed {
    DEED_BUG,
    DEED_ALLOC,
    DEED_ZALLOC,
    DEED_GROW,
    DEED_GROW_BLOCK,
    DEED_MORE,
    DEED_FORMAT,
    DEED_BUFFER
};

static void bring_about(enum deed deed)
{
    size_t cap = SIZE_MAX / 4;
    struct buf buf = { .arena = &arena };
    switch (deed) {
    case DEED_BUG:
        arena_bug(&arena, "a promise");
    case DEED_ALLOC:
        arena_alloc(&arena, SIZE_MAX);
        break;
    case DEED_ZALLOC:
        arena_zalloc(&arena, SIZE_MAX / 8 + 2, 8);
        break;
    case DEED_GROW:
        arena_grow(&arena, NULL, 0, SIZE_MAX / 2 + 1);
        break;
    case DEED_GROW_BLOCK:
        arena_grow(&arena, arena_alloc(&arena, LARGE), LARGE, SIZE_MAX - 8);
        break;
    case DEED_MORE:
        arena_more(&arena, NULL, &cap, 16);
        break;
    case DEED_FORMAT:
        arena_printf(&arena, NULL);
        break;
    case DEED_BUFFER:
        buf_room(&buf, SIZE_MAX - 1);
        break;
    }
}

static int outcome(enum deed deed)
{
    switch (setjmp(handler)) {
    case ARENA_FINE:
        bring_about(deed);
        return ARENA_FINE;
    case ARENA_NO_MEMORY:
        return ARENA_NO_MEMORY;
    default:
        return ARENA_BUG;
    }
}

/* What was there stays, and the arena can be used on.  */
START_TEST(trouble_jumps)
{
    static const struct {
        enum deed deed;
        enum arena_trouble trouble;
    } table[] = {
        { DEED_BUG, ARENA_BUG },          { DEED_ALLOC, ARENA_NO_MEMORY },
        { DEED_ZALLOC, ARENA_NO_MEMORY }, { DEED_GROW, ARENA_NO_MEMORY },
        { DEED_MORE, ARENA_NO_MEMORY },   { DEED_GROW_BLOCK, ARENA_NO_MEMORY },
        { DEED_FORMAT, ARENA_BUG },       { DEED_BUFFER, ARENA_BUG },
    };
    struct str kept = arena_str(&arena, STR("kept"));
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        arena.bug = NULL;
        ck_assert_int_eq(outcome(table[i].deed), (int)table[i].trouble);
        ck_assert_int_eq(arena.bug != NULL, table[i].trouble == ARENA_BUG);
        ck_assert_str_eq(arena_str(&arena, kept).p, "kept");
    }
    outcome(DEED_BUG);
    ck_assert_str_eq(arena.bug, "a promise");
}
END_TEST

START_TEST(freed_twice)
{
    arena_alloc(&arena, 10);
    arena_alloc(&arena, LARGE);
    arena_free(&arena);
    arena_free(&arena);
    ck_assert_uint_eq(arena.size, 0);
    ck_assert_str_eq(arena_str(&arena, STR("again")).p, "again");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arena");
    TCase *all = tcase_create("arena");
    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_test(all, pieces_are_aligned);
    tcase_add_test(all, empty_pieces);
    tcase_add_test(all, pieces_are_apart);
    tcase_add_test(all, zeroed);
    tcase_add_test(all, growth_keeps_content);
    tcase_add_test(all, any_block_grows);
    tcase_add_test(all, vectors);
    tcase_add_test(all, texts);
    tcase_add_test(all, pieces_dropped);
    tcase_add_test(all, reset_begins_anew);
    tcase_add_test(all, buffers);
    tcase_add_test(all, trouble_jumps);
    tcase_add_test(all, freed_twice);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
