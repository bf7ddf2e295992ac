/* The words and texts of traces. */
#include "node/core/event.h"

static const char *const names[] = {
#define NAME(name, word, text) [AVOW_CORE_TRACE_##name] = (word),
    AVOW_CORE_TRACE_LIST(NAME)
#undef NAME
};

static const char *const texts[] = {
#define TEXT(name, word, text) [AVOW_CORE_TRACE_##name] = (text),
    AVOW_CORE_TRACE_LIST(TEXT)
#undef TEXT
};

const char *avow_core_trace_name(enum avow_core_trace trace)
{
    return (size_t)trace < sizeof(names) / sizeof(names[0]) ? names[trace] : "unknown";
}

const char *avow_core_trace_text(enum avow_core_trace trace)
{
    return (size_t)trace < sizeof(texts) / sizeof(texts[0]) ? texts[trace] : "unknown";
}
