#include "weights/hub.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <span>
#include <system_error>
#include <vector>

#include "core/environment.hpp"
#include "core/file_descriptor.hpp"
#include "core/nearest_name.hpp"
#include "saker/error.hpp"
#include "weights/cache_folder.hpp"
#include "weights/checksum_record.hpp"
#include "weights/download_bar.hpp"
#include "weights/file_lock.hpp"
#include "weights/http_download.hpp"
#include "weights/part_file.hpp"
#include "weights/sha256.hpp"

namespace saker {
namespace {

// Where a file is fetched from.
std::string url_of(const PublishedWeights& weights, const HubOptions& options) {
  std::string mirror = options.mirror;
  if (mirror.empty()) mirror = environment("SAKER_HUB_URL").value_or("");
  if (mirror.empty()) return weights.url();
  if (!mirror.starts_with("http://") && !mirror.starts_with("https://")) {
    throw Error(ErrorKind::kUsage,
                fmt::format("SAKER_HUB_URL is '{}', but an address that begins with http:// or "
                            "https:// is expected",
                            mirror));
  }
  while (mirror.ends_with('/')) mirror.pop_back();
  return mirror + "/" + std::string(weights.file);
}

void sync_and_rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  const FileDescriptor file(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() || ::fsync(file.get()) != 0 || ::rename(from.c_str(), to.c_str()) != 0) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot be put in place: {}", to.string(), std::strerror(errno)));
  }
}

class Fetch {
 public:
  Fetch(const PublishedWeights& weights, const HubOptions& options)
      : weights_(weights),
        options_(options),
        folder_(options.folder.empty() ? cache_folder() : options.folder),
        file_(folder_ / weights.file),
        part_(file_.string() + ".part"),
        url_(url_of(weights, options)) {}

  std::filesystem::path run();

 private:
  bool use_cached();
  void fetch();
  bool bring_part();
  std::string part_sha256() const;
  void keep_record(const std::string& sha256);
  // The checksum that the file must have; empty when any will do.
  std::string expected() const;
  void give_up_when_stopped() const;
  [[noreturn]] void fail(const std::string& why) const;

  const PublishedWeights& weights_;
  const HubOptions& options_;
  std::filesystem::path folder_, file_, part_;
  std::string url_;
};

std::string Fetch::expected() const {
  if (!weights_.sha256.empty()) return std::string(weights_.sha256);
  const auto record = read_checksum_record(file_);
  return record ? record->sha256 : std::string();
}

void Fetch::give_up_when_stopped() const {
  if (!options_.should_stop()) return;
  throw Error(ErrorKind::kInterrupted,
              fmt::format("{}: stopped; what has arrived is kept, and the next try goes on from "
                          "there",
                          weights_.name));
}

void Fetch::fail(const std::string& why) const {
  throw Error(ErrorKind::kIo,
              fmt::format("the weights of {} could not be fetched: {}. Check the network (proxies "
                          "are taken from https_proxy), or bring {} by other means and put it to "
                          "{}",
                          weights_.name,
                          why,
                          url_,
                          file_.string()));
}

void Fetch::keep_record(const std::string& sha256) {
  try {
    write_checksum_record(file_, sha256);
  } catch (const Error& error) {
    // A folder that is shared read-only is a good place for weights.
    options_.notice(fmt::format("{}; the checksum is computed at each start", error.what()));
  }
}

// Whether the cache has the file, with the right checksum.
bool Fetch::use_cached() {
  if (!std::filesystem::exists(file_)) return false;
  const std::string right = expected();
  const std::string found = current_sha256(file_, [&] { give_up_when_stopped(); });
  if (!right.empty() && found != right) return false;
  const auto record = read_checksum_record(file_);
  const bool is_recorded = record && record->sha256 == found &&
                           record->size == std::filesystem::file_size(file_) &&
                           record->modified_ns != 0;
  if (!is_recorded) keep_record(found);
  return true;
}

std::filesystem::path Fetch::run() {
  if (use_cached()) return file_;
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) {
    fail(fmt::format("{}: this folder cannot be made: {}; SAKER_CACHE_DIR names another one",
                     folder_.string(),
                     error.message()));
  }
  bool is_told = false;
  const FileLock lock(folder_ / fmt::format(".{}.lock", weights_.file), [&] {
    give_up_when_stopped();
    if (!std::exchange(is_told, true)) {
      options_.notice(fmt::format("Waiting for another process that fetches {}", file_.string()));
    }
  });
  if (use_cached()) return file_;  // the other process has brought it
  if (std::filesystem::exists(file_)) {
    options_.notice(fmt::format(
        "{}: has another SHA-256 than {}; it is fetched again", file_.string(), expected()));
  }
  fetch();
  return file_;
}

// Downloads until the part is whole; whether it was put together from several pieces.
bool Fetch::bring_part() {
  DownloadBar bar(std::string(weights_.file));
  DownloadRequest request{.url = url_, .part = part_};
  request.on_progress = [&](std::uint64_t done, std::optional<std::uint64_t> total) {
    options_.on_progress ? options_.on_progress(done, total) : bar.show(done, total);
  };
  request.should_stop = options_.should_stop;
  if (options_.free_bytes) request.free_bytes = options_.free_bytes;
  bool resumed = false;
  for (int attempt = 1;; ++attempt) {
    const DownloadOutcome outcome = download(request);
    resumed |= outcome.resumed;
    if (outcome.complete) return resumed;
    if (attempt >= options_.tries || outcome.received == 0) {
      fail(fmt::format("{}: {}", url_, outcome.problem));
    }
  }
}

std::string Fetch::part_sha256() const {
  return sha256_of_file(part_, [&] { give_up_when_stopped(); });
}

void Fetch::fetch() {
  options_.notice(fmt::format("Fetching the weights of {} from {}", weights_.name, url_));
  const std::string right = expected();
  const bool resumed = bring_part();
  std::string found = part_sha256();
  const auto is_wrong = [&] { return !right.empty() && found != right; };
  if (is_wrong() && resumed) {
    options_.notice(fmt::format("{}: its pieces do not fit together; the whole file is fetched",
                                file_.string()));
    PartFile::remove(part_);
    bring_part();
    found = part_sha256();
  }
  if (is_wrong()) {
    PartFile::remove(part_);
    const std::string remedy =
        weights_.sha256.empty()
            ? fmt::format(
                  "as at the first download; if its makers have changed the file, delete "
                  "{} to accept the new one",
                  checksum_record_path(file_).string())
            : "so that it is not the file that was published; it was dropped";
    fail(fmt::format(
        "{} gave a file with the SHA-256 {}, but {} is expected, {}", url_, found, right, remedy));
  }
  sync_and_rename(part_, file_);
  PartFile::remove(part_);
  keep_record(found);
  options_.notice(fmt::format("The weights of {} are in {}; their licence: {}",
                              weights_.name,
                              file_.string(),
                              weights_.licence));
}

std::filesystem::path fetch_named(const PublishedWeights* weights,
                                  std::string_view name,
                                  std::span<const PublishedWeights> all,
                                  const char* what,
                                  const HubOptions& options) {
  if (weights != nullptr) return fetch_weights(*weights, options);
  std::vector<std::string> names;
  for (const PublishedWeights& known : all) names.emplace_back(known.name);
  const std::vector<std::string> nearest = nearest_names(std::string(name), names);
  throw Error(ErrorKind::kUsage,
              fmt::format("no weights were published for the {} '{}'{}",
                          what,
                          name,
                          nearest.empty() ? "" : "; did you mean '" + nearest[0] + "'?"));
}

}  // namespace

void HubOptions::print_notice(const std::string& text) { fmt::print(stderr, "{}\n", text); }

std::filesystem::path fetch_weights(const PublishedWeights& weights, const HubOptions& options) {
  try {
    return Fetch(weights, options).run();
  } catch (const Error& error) {
    // The request is carried out; what the program does next is not meant by it.
    if (error.kind() == ErrorKind::kInterrupted) clear_stop_request();
    throw;
  }
}

std::filesystem::path fetch_detector_weights(std::string_view name, const HubOptions& options) {
  return fetch_named(
      find_published_detector(name), name, published_detectors(), "detector", options);
}

std::filesystem::path fetch_backbone_weights(std::string_view name, const HubOptions& options) {
  return fetch_named(
      find_published_backbone(name), name, published_backbones(), "backbone", options);
}

}  // namespace saker
