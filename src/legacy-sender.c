#include <config.h>

#include "legacy-internal.h"

/* By what the mail of a listener or a user leaves: known when all rows of an input are.  */

void legacy_sender_note(struct legacy *l, struct sender *sender)
{
    if (sender->input == l->input)
        return;
    sender->input = l->input;
    VEC_PUSH(l->scratch, &l->senders, sender);
}

void legacy_sender_by(struct sender *sender, struct str name, const struct row *row)
{
    if (!sender->pools && sender->vmtas.n > 1)
        return;
    void **by = map_add(&sender->vmtas, name);
    if (!*by)
        *by = (void *)(uintptr_t)row;
}

/* The VMTA 'i' of 'sender', where a row names it.  */
static struct piece member(const struct sender *sender, size_t i)
{
    return legacy_via(sender->vmtas.entries[i].key, sender->vmtas.entries[i].value);
}

/* What the pool of 'sender' is called, unless something else is.  */
static struct piece pool_name(struct legacy *l, const struct sender *sender)
{
    struct piece own = sender->block.name;
    struct str name = own.text;
    if (sender->client.n)
        name = legacy_joined(l, legacy_word(MADE_delivery_name), "-",
                             legacy_canonical(l, sender->client));
    name = legacy_free_name(l, &l->taken, &l->vmtas, legacy_name(l, name));
    return (struct piece){ name, own.span };
}

/* A pool of all VMTAs of 'sender'; its name.  Members that might be read as a statement are named
   at full length.  */
static struct str make_pool(struct legacy *l, const struct sender *sender)
{
    const struct map *vmtas = &sender->vmtas;
    struct piece name = pool_name(l, sender);
    struct made_block b = legacy_block(l, sender->row, MADE_pool, name, NULL);
    struct value *members = NEW_ARRAY(l->scratch, struct value, vmtas->n);
    bool as_list = true;
    for (size_t i = 0; i < vmtas->n; i++) {
        struct piece vmta = member(sender, i);
        members[i] = legacy_literal_made(l, vmta);
        as_list &= str_find(vmta.text, '.') < vmta.text.n;
    }
    for (size_t i = 0; !as_list && i < vmtas->n; i++)
        LEGACY_ADD(l, &b, legacy_keyword(l, MADE_member, vmtas->entries[i].value), members[i]);
    if (!as_list)
        return name.text;
    for (size_t i = 1; i < vmtas->n; i++)
        members[i].joined = true;
    legacy_add(l, &b, members, (uint32_t)vmtas->n);
    return name.text;
}

/* A user who leaves by several addresses in turn has them on his own rows; for the address of a
   client it may be a slip.  */
static void note_pool(struct legacy *l, const struct sender *sender)
{
    const struct row *second = sender->vmtas.entries[1].value;
    struct piece by = member(sender, 0), other = member(sender, 1);
    struct str client = legacy_lower_case(l, row_field(l->rows, second, 0));
    if (second->shape != ROW_CLIENT_DELIVERY)
        return;
    struct diag *m =
        diag(l->diags, CHECK_rows_pooled, other.span,
             "mail from `%.*s` leaves by `%.*s` and `%.*s` in turn%s", STR_ARG(client),
             STR_ARG(by.text), STR_ARG(other.text), sender->vmtas.n > 2 ? ", and by others" : "");
    diag_also(l->diags, m, by.span, "the first one");
    diag_help(l->diags, m, "give each VMTA a client address of its own if they are not alike");
}

/* Rows of a later input have mail of 'sender' leave by another VMTA.  Where they choose by a header
   none is usual then; else it is left to nobody's guess.  */
static void leave_otherwise(struct legacy *l, struct sender *sender, size_t n_before)
{
    struct piece other = member(sender, n_before);
    if (!sender->pools) {
        legacy_drop_last(&sender->block);
        return;
    }
    bool listens = sender->client.n > 0;
    struct diag *m = diag(l->diags, CHECK_name_duplicate, other.span,
                          "mail %s `%.*s` leaves by another VMTA in these rows",
                          listens ? "handed in at" : "of user", STR_ARG(sender->block.name.text));
    diag_also(l->diags, m, member(sender, 0).span, "it leaves by this one here");
    diag_help(l->diags, m, "keep the rows of one %s in one file",
              listens ? "client address" : "user");
}

void legacy_sender_finish(struct legacy *l, struct sender *sender)
{
    size_t n = sender->vmtas.n, n_before = sender->n_settled;
    sender->n_settled = n;
    if (n_before && n > n_before)
        leave_otherwise(l, sender, n_before);
    if (n_before || !n || (n > 1 && !sender->pools))
        return;
    struct piece by = member(sender, 0);
    if (n > 1) {
        note_pool(l, sender);
        by.text = make_pool(l, sender);
    }
    LEGACY_ADD(l, &sender->block, legacy_keyword(l, MADE_via, sender->vmtas.entries[0].value),
               legacy_literal(l, by));
}
