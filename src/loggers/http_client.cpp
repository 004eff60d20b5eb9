#include "loggers/http_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <system_error>
#include <utility>

#include "saker/error.hpp"
#include "saker/version.hpp"

namespace saker {
namespace {

constexpr long kConnectSeconds = 10;
constexpr std::size_t kMaxAnswer = std::size_t{16} << 20;

// libcurl wants to be started once, before its first use.
void start_libcurl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) {
    throw Error(ErrorKind::kInternal,
                fmt::format("libcurl could not be started: {}", curl_easy_strerror(started)));
  }
}

std::string percent_encoded(std::string_view text, std::string_view kept) {
  std::string encoded;
  for (const char c : text) {
    const bool is_alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_alphanumeric || kept.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

void add_header(HeaderList& headers, const std::string& line) {
  curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(headers.release());
  headers.reset(longer);
}

struct Exchange {
  std::string body;
  const std::function<bool(std::uint64_t)>* should_stop = nullptr;
};

// Callbacks run inside libcurl, through which nothing may be thrown.
std::size_t take_body(char* data, std::size_t, std::size_t size, void* self) noexcept {
  auto& body = static_cast<Exchange*>(self)->body;
  if (body.size() + size > kMaxAnswer) return 0;
  try {
    body.append(data, size);
  } catch (...) {
    return 0;
  }
  return size;
}

int watch(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent) noexcept {
  try {
    const auto& should_stop = *static_cast<Exchange*>(self)->should_stop;
    return should_stop(static_cast<std::uint64_t>(sent)) ? 1 : 0;
  } catch (...) {
    return 1;
  }
}

}  // namespace

struct HttpClient::Handle {
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl{nullptr, &curl_easy_cleanup};
};

HttpClient::HttpClient(HttpClientSettings settings)
    : settings_(std::move(settings)), handle_(std::make_unique<Handle>()) {
  start_libcurl();
  handle_->curl.reset(curl_easy_init());
  if (handle_->curl == nullptr) throw Error(ErrorKind::kInternal, "libcurl could not be started");
}

HttpClient::~HttpClient() = default;

HttpAnswer HttpClient::send(const HttpCall& call,
                            const std::function<bool(std::uint64_t)>& should_stop) {
  CURL* curl = handle_->curl.get();
  curl_easy_reset(curl);  // options; the connection stays
  const auto set = [curl](CURLoption option, auto value) { curl_easy_setopt(curl, option, value); };
  Exchange exchange{.body = {}, .should_stop = &should_stop};
  char reason[CURL_ERROR_SIZE] = {};
  HeaderList headers(nullptr, &curl_slist_free_all);
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(nullptr, &std::fclose);

  static const std::string agent = std::string("saker/") + kVersion;
  set(CURLOPT_URL, call.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_USERAGENT, agent.c_str());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // a name server that hangs must not hold the end of a run
  set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(settings_.stall.count()));
  set(CURLOPT_ERRORBUFFER, static_cast<char*>(reason));
  set(CURLOPT_WRITEFUNCTION, &take_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &watch);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&exchange));
  if (!settings_.user.empty()) {
    set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    set(CURLOPT_USERNAME, settings_.user.c_str());
    set(CURLOPT_PASSWORD, settings_.password.c_str());
  } else if (!settings_.bearer_token.empty()) {
    add_header(headers, "Authorization: Bearer " + settings_.bearer_token);
  }
  if (!settings_.verify_certificate) {
    set(CURLOPT_SSL_VERIFYPEER, 0L);
    set(CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!settings_.certificate_file.empty()) set(CURLOPT_CAINFO, settings_.certificate_file.c_str());

  if (!call.file.empty()) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(call.file, error);
    file.reset(std::fopen(call.file.c_str(), "rb"));
    if (error || file == nullptr)
      return {.problem = fmt::format("{}: cannot be read", call.file.string())};
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READDATA, static_cast<void*>(file.get()));
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
  } else if (call.method != "GET") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    set(CURLOPT_POSTFIELDS, reinterpret_cast<const char*>(call.body.data()));
  }
  if (call.method != "GET") {
    set(CURLOPT_CUSTOMREQUEST, call.method.c_str());
    add_header(headers, "Content-Type: " + call.content_type);
    add_header(headers, "Expect:");  // no question before the body
  }
  set(CURLOPT_HTTPHEADER, headers.get());

  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) return {.problem = reason[0] != '\0' ? reason : curl_easy_strerror(code)};
  HttpAnswer answer{.body = std::move(exchange.body)};
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

std::string url_path(std::string_view text) { return percent_encoded(text, "-._~+/"); }
std::string url_query_value(std::string_view text) { return percent_encoded(text, "-._~"); }

}  // namespace saker
