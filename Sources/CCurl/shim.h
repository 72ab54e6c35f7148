#include <curl/curl.h>

/// What we use of libcurl. It is loaded when first needed and not linked: most commands never talk to anybody, and
/// curl brings two dozen libraries along.
typedef struct {
    CURLcode (*global_init)(long flags);
    CURL *(*easy_init)(void);
    void (*easy_reset)(CURL *handle);
    void (*easy_cleanup)(CURL *handle);
    CURLcode (*easy_perform)(CURL *handle);
    CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *handle, CURLINFO info, ...);
    const char *(*easy_strerror)(CURLcode code);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
    void (*slist_free_all)(struct curl_slist *list);
    curl_mime *(*mime_init)(CURL *handle);
    void (*mime_free)(curl_mime *mime);
    curl_mimepart *(*mime_addpart)(curl_mime *mime);
    CURLcode (*mime_name)(curl_mimepart *part, const char *name);
    CURLcode (*mime_filename)(curl_mimepart *part, const char *name);
    CURLcode (*mime_type)(curl_mimepart *part, const char *type);
    CURLcode (*mime_data)(curl_mimepart *part, const char *data, size_t count);
    CURLcode (*mime_filedata)(curl_mimepart *part, const char *path);
} curl_functions;

/// The address of a function of the library; NULL where it has none of that name.
typedef void *(*curl_symbol)(void *library, const char *name);

/// Fills the functions in; the name of one that is missing, or NULL.
static inline const char *curl_functions_load(curl_functions *functions, void *library, curl_symbol symbol) {
#define CURL_LOAD(name) \
    if (!(functions->name = symbol(library, "curl_" #name))) return "curl_" #name
    CURL_LOAD(global_init);
    CURL_LOAD(easy_init);
    CURL_LOAD(easy_reset);
    CURL_LOAD(easy_cleanup);
    CURL_LOAD(easy_perform);
    CURL_LOAD(easy_setopt);
    CURL_LOAD(easy_getinfo);
    CURL_LOAD(easy_strerror);
    CURL_LOAD(slist_append);
    CURL_LOAD(slist_free_all);
    CURL_LOAD(mime_init);
    CURL_LOAD(mime_free);
    CURL_LOAD(mime_addpart);
    CURL_LOAD(mime_name);
    CURL_LOAD(mime_filename);
    CURL_LOAD(mime_type);
    CURL_LOAD(mime_data);
    CURL_LOAD(mime_filedata);
#undef CURL_LOAD
    return NULL;
}

/// Variadic functions are not imported into Swift, nor are casts between functions and data.
static inline CURLcode curl_set_number(const curl_functions *curl, CURL *handle, CURLoption option, long value) {
    return curl->easy_setopt(handle, option, value);
}

static inline CURLcode curl_set_size(const curl_functions *curl, CURL *handle, CURLoption option, curl_off_t value) {
    return curl->easy_setopt(handle, option, value);
}

static inline CURLcode curl_set_text(const curl_functions *curl, CURL *handle, CURLoption option, const char *value) {
    return curl->easy_setopt(handle, option, value);
}

static inline CURLcode curl_set_pointer(const curl_functions *curl, CURL *handle, CURLoption option, const void *value) {
    return curl->easy_setopt(handle, option, value);
}

static inline CURLcode curl_set_receiver(
    const curl_functions *curl, CURL *handle, CURLoption option,
    size_t (*receiver)(char *bytes, size_t size, size_t count, void *context)) {
    return curl->easy_setopt(handle, option, receiver);
}

static inline long curl_number(const curl_functions *curl, CURL *handle, CURLINFO info) {
    long value = 0;
    return curl->easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

static inline unsigned long curl_bearer(void) { return CURLAUTH_BEARER; }
static inline unsigned long curl_basic(void) { return CURLAUTH_BASIC; }
