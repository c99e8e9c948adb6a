#include <config.h>

#include "verify.h"

static const struct {
    void (*run)(const struct model *);
    enum ground ground;
} rows[] = {
#define VERIFY(FUNCTION, GROUND) { verify_##FUNCTION, GROUND_##GROUND },
#include "../grammar/verify.def"
#undef VERIFY
};

void verify(const struct model *model, bool whole)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (whole || rows[i].ground == GROUND_PARTS) {
            rows[i].run(model);
            arena_reset(model->scratch);
        }
}
