// What every use of libcurl begins with.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace saker {

using CurlHandle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

// Starts libcurl before its first use. Throws Error (internal) when it cannot be started.
CurlHandle new_curl_handle();

struct CurlLimits {
  long connect_seconds = 30;
  long stall_seconds = 60;  // without a byte
};

// http or https to `url` as saker/VERSION, with progress callbacks and without signals. `reason`,
// of CURL_ERROR_SIZE characters, gets the text of an error; it must live as long as the transfer.
void set_usual_options(CURL* curl, const std::string& url, const CurlLimits& limits, char* reason);

// Why a transfer failed: libcurl's own words where it has any.
std::string curl_problem(CURLcode code, const char* reason);

}  // namespace saker
