#include "core/curl_handle.hpp"

#include <fmt/format.h>

#include "saker/error.hpp"
#include "saker/version.hpp"

namespace saker {
namespace {

// libcurl wants to be started once, before its first use.
void start_libcurl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) {
    throw Error(ErrorKind::kInternal,
                fmt::format("libcurl could not be started: {}", curl_easy_strerror(started)));
  }
}

}  // namespace

CurlHandle new_curl_handle() {
  start_libcurl();
  CurlHandle handle(curl_easy_init(), &curl_easy_cleanup);
  if (handle == nullptr) throw Error(ErrorKind::kInternal, "libcurl could not be started");
  return handle;
}

void set_usual_options(CURL* curl, const std::string& url, const CurlLimits& limits, char* reason) {
  static const std::string agent = std::string("saker/") + kVersion;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_USERAGENT, agent.c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, limits.connect_seconds);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, limits.stall_seconds);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

std::string curl_problem(CURLcode code, const char* reason) {
  return reason[0] != '\0' ? reason : curl_easy_strerror(code);
}

}  // namespace saker
