/* topo-parse.y - the shape of the topology language.

   A file is statements; a statement is a line of values and perhaps a block.  What the words mean
   is in kinds.def and directives.def, not here.  */

%require "3.8"
%define api.pure full
%define api.prefix {topo_}
%define api.token.prefix {TOK_}
%define api.header.include {"grammar/topo-parse.h"}
%expect 0
%param {struct topo *topo} {void *yyscanner}

%code top {
#include <config.h>
}

%code requires {
#include "topo.h"
}

%code provides {
#define TOPO_DECL int topo_lex(TOPO_STYPE *lval, struct topo *topo, void *yyscanner)
TOPO_DECL;
}

%code {
#define YYMALLOC(SIZE) arena_alloc(topo->arena, SIZE)
#define YYFREE(P) ((void)(P))

static void topo_error(struct topo *topo, void *yyscanner, const char *what);
static struct stmt *statement(struct topo *topo, struct topo_line line,
                              const struct braces *block);
static const struct braces *block(struct topo *topo, struct topo_line line, struct topo_open open,
                                  struct stmts body, uint32_t close);
static struct stmts append(struct stmts list, struct stmt *stmt);
}

%union {
    struct topo_line line;
    struct topo_open open;
    uint32_t at;
    const struct braces *block;
    struct stmt *stmt;
    struct stmts list;
}

%token <line> LINE "the values of a statement"
%token <block> BLOCK "a block that was read before"
%token <open> OPEN "{"
%token <at> CLOSE "}"

%nterm <list> statements
%nterm <stmt> statement

%%

file:
  statements                        { topo->file->stmts = $1; }
;

statements:
  %empty                            { $$ = (struct stmts){ NULL, NULL }; }
| statements statement              { $$ = append($1, $2); }
;

statement:
  LINE                              { $$ = statement(topo, $1, NULL); }
| LINE BLOCK                        { $$ = statement(topo, $1, $2); }
| LINE "{" statements "}"           { $$ = statement(topo, $1, block(topo, $1, $2, $3, $4)); }
;

%%

/* Never reached: every sequence of tokens that the scanner hands out has a rule, and AST_DEPTH
   keeps the stack short.  */
static void topo_error(struct topo *topo, void *yyscanner, const char *what)
{
    (void)yyscanner;
    arena_bug(topo->arena, what);
}

static struct stmt *statement(struct topo *topo, struct topo_line line, const struct braces *block)
{
    struct stmt *stmt = arena_alloc(topo->arena, sizeof *stmt);
    *stmt = (struct stmt){ .words = line.words, .block = block, .lo = line.lo };
    return stmt;
}

/* Places in the block become relative to the line in front of it.  */
static const struct braces *block(struct topo *topo, struct topo_line line, struct topo_open open,
                                  struct stmts body, uint32_t close)
{
    struct braces *block = arena_alloc(topo->arena, sizeof *block);
    *block = (struct braces){ body.first, open.at - line.lo, close - line.lo, true };
    for (struct stmt *s = body.first; s; s = s->next) {
        s->lo -= line.lo;
        block->plain &= !s->words->special && (!s->block || s->block->plain);
    }
    topo_remember(topo, line, open, block);
    return block;
}

static struct stmts append(struct stmts list, struct stmt *stmt)
{
    stmts_add(&list, stmt);
    return list;
}
