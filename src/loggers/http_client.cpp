#include "loggers/http_client.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <system_error>
#include <utility>

#include "core/curl_handle.hpp"

namespace saker {
namespace {

constexpr long kConnectSeconds = 10;
constexpr std::size_t kMaxAnswer = std::size_t{16} << 20;

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
  CurlHandle curl;
};

HttpClient::HttpClient(HttpClientSettings settings)
    : settings_(std::move(settings)), handle_(new Handle{new_curl_handle()}) {}

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

  set_usual_options(curl,
                    call.url,
                    {.connect_seconds = kConnectSeconds,
                     .stall_seconds = static_cast<long>(settings_.stall.count())},
                    reason);
  set(CURLOPT_QUICK_EXIT, 1L);  // a name server that hangs must not hold the end of a run
  set(CURLOPT_WRITEFUNCTION, &take_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
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
  if (code != CURLE_OK) return {.problem = curl_problem(code, reason)};
  HttpAnswer answer{.body = std::move(exchange.body)};
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

std::string url_path(std::string_view text) { return percent_encoded(text, "-._~+/"); }
std::string url_query_value(std::string_view text) { return percent_encoded(text, "-._~"); }

}  // namespace saker
