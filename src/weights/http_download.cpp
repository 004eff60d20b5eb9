#include "weights/http_download.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <exception>
#include <memory>
#include <string_view>

#include "core/curl_handle.hpp"
#include "saker/error.hpp"
#include "weights/part_file.hpp"

namespace saker {
namespace {

constexpr long kMaxRedirects = 10;
constexpr long kOk = 200, kPartialContent = 206, kRangeNotSatisfiable = 416;

std::string megabytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

// The headers of the last response, by lower-case names.
struct ResponseHeaders {
  std::string etag, last_modified, content_range;

  void take(std::string_view line) {
    if (line.starts_with("HTTP/")) *this = {};  // those before belong to a redirect
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    std::string_view value = line.substr(colon + 1);
    const std::size_t first = value.find_first_not_of(" \t");
    const std::size_t last = value.find_last_not_of(" \t\r\n");
    if (first == std::string_view::npos) return;
    value = value.substr(first, last - first + 1);
    if (name == "etag") etag = value;
    if (name == "last-modified") last_modified = value;
    if (name == "content-range") content_range = value;
  }

  // A weak ETag does not identify bytes, so that it cannot stand in If-Range.
  std::string validator() const { return etag.starts_with('"') ? etag : last_modified; }
};

// "bytes 5-9/10": first 5, total 10. "bytes */10" has no first.
struct ContentRange {
  std::optional<std::uint64_t> first, total;
};

std::optional<std::uint64_t> leading_number(std::string_view text) {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    value = value * 10 + static_cast<std::uint64_t>(text[digits] - '0');
  }
  constexpr std::size_t kMaxDigits = 18;
  return digits == 0 || digits > kMaxDigits ? std::nullopt : std::optional(value);
}

ContentRange parse_content_range(std::string_view text) {
  ContentRange range;
  if (text.starts_with("bytes ")) range.first = leading_number(text.substr(6));
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) range.total = leading_number(text.substr(slash + 1));
  return range;
}

class Transfer {
 public:
  explicit Transfer(const DownloadRequest& request)
      : request_(request),
        part_(request.part),
        curl_(new_curl_handle()),
        resume_from_(part_.size()) {}

  DownloadOutcome run();

 private:
  template <typename T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(curl_.get(), option, value);
  }
  template <typename T>
  T get(CURLINFO info) const {
    T value{};
    curl_easy_getinfo(curl_.get(), info, &value);
    return value;
  }
  long status() const { return get<long>(CURLINFO_RESPONSE_CODE); }

  void configure();
  void begin_body();
  void take_body(std::span<const std::byte> bytes);
  DownloadOutcome judge(CURLcode code);
  DownloadOutcome outcome(bool complete, std::string problem = {}) const {
    return {.complete = complete,
            .resumed = resumed_,
            .received = received_,
            .problem = std::move(problem)};
  }

  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self);
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

  const DownloadRequest& request_;
  PartFile part_;
  CurlHandle curl_;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers_{nullptr,
                                                                       &curl_slist_free_all};
  char reason_[CURL_ERROR_SIZE] = {};
  ResponseHeaders response_;
  std::uint64_t resume_from_;
  bool body_began_ = false, resumed_ = false, range_is_wrong_ = false;
  std::optional<std::uint64_t> total_;
  std::uint64_t received_ = 0;
  std::exception_ptr failure_;  // of a callback, which may not throw through libcurl
};

void Transfer::configure() {
  set_usual_options(curl_.get(), request_.url, {}, reason_);
  set(CURLOPT_REDIR_PROTOCOLS_STR, request_.url.starts_with("https:") ? "https" : "http,https");
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, kMaxRedirects);
  set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
  if (resume_from_ > 0) {
    set(CURLOPT_RANGE, fmt::format("{}-", resume_from_).c_str());
    headers_.reset(
        curl_slist_append(nullptr, fmt::format("If-Range: {}", part_.validator()).c_str()));
    set(CURLOPT_HTTPHEADER, headers_.get());
  }
}

std::size_t Transfer::on_header(char* data, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  try {
    transfer.response_.take({data, size});
    return size;
  } catch (...) {
    transfer.failure_ = std::current_exception();
    return 0;
  }
}

std::size_t Transfer::on_body(char* data, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  try {
    transfer.take_body(std::as_bytes(std::span(data, size)));
    return transfer.range_is_wrong_ ? 0 : size;
  } catch (...) {
    transfer.failure_ = std::current_exception();
    return 0;
  }
}

int Transfer::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(self);
  try {
    if (transfer.body_began_) {
      transfer.request_.on_progress(transfer.part_.size(), transfer.total_);
    }
    return transfer.request_.should_stop() ? 1 : 0;
  } catch (...) {
    transfer.failure_ = std::current_exception();
    return 1;
  }
}

// The headers are there: decides whether what comes goes on with the part.
void Transfer::begin_body() {
  body_began_ = true;
  const auto length = get<curl_off_t>(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
  if (status() == kPartialContent) {
    const ContentRange range = parse_content_range(response_.content_range);
    const std::string version = response_.validator();
    range_is_wrong_ = resume_from_ == 0 || range.first != resume_from_ ||
                      (!version.empty() && version != part_.validator());
    if (range_is_wrong_) return;
    resumed_ = true;
    total_ = range.total;
  } else {
    part_.begin_anew(response_.validator());
    if (length >= 0) total_ = static_cast<std::uint64_t>(length);
  }
  if (length <= 0) return;
  const std::filesystem::path folder = request_.part.parent_path();
  const std::uint64_t needed = static_cast<std::uint64_t>(length);
  const std::uint64_t free = request_.free_bytes(folder);
  if (free < needed) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: has {} free, but {} are still needed for {}; free some space, or "
                            "name a folder on another disk with SAKER_CACHE_DIR",
                            folder.string(),
                            megabytes(free),
                            megabytes(needed),
                            request_.part.stem().string()));
  }
}

void Transfer::take_body(std::span<const std::byte> bytes) {
  if (status() != kOk && status() != kPartialContent) return;  // the text of an error page
  if (!body_began_) begin_body();
  if (range_is_wrong_) return;
  part_.append(bytes);
  received_ += bytes.size();
}

DownloadOutcome Transfer::run() {
  configure();
  const CURLcode code = curl_easy_perform(curl_.get());
  if (failure_) std::rethrow_exception(failure_);
  return judge(code);
}

DownloadOutcome Transfer::judge(CURLcode code) {
  if (code == CURLE_ABORTED_BY_CALLBACK) {
    throw Error(ErrorKind::kInterrupted,
                fmt::format("{}: the download was stopped; what has arrived is kept, and the next "
                            "try goes on from there",
                            request_.url));
  }
  if (range_is_wrong_) {
    part_.begin_anew("");
    return outcome(false, "the server answered with another piece of the file than was asked for");
  }
  if (code != CURLE_OK) {
    return outcome(false, curl_problem(code, reason_));
  }
  if (status() == kRangeNotSatisfiable && resume_from_ > 0) {
    // The part is as long as the file, or longer than it.
    resumed_ = true;
    if (parse_content_range(response_.content_range).total == resume_from_) return outcome(true);
    part_.begin_anew("");
    return outcome(false, "the server has a shorter file than what had arrived");
  }
  if (status() != kOk && status() != kPartialContent) {
    const std::string what = status() == 404 ? "404, it is not there" : std::to_string(status());
    return outcome(false, fmt::format("the server answered {}", what));
  }
  if (!body_began_) begin_body();  // a file without bytes
  request_.on_progress(part_.size(), total_);
  if (total_ && part_.size() != *total_) {
    return outcome(false, fmt::format("{} of {} bytes have arrived", part_.size(), total_.value()));
  }
  return outcome(true);
}

}  // namespace

DownloadOutcome download(const DownloadRequest& request) { return Transfer(request).run(); }

}  // namespace saker
