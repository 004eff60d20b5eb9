#include "weights/hub.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/atomic_file.hpp"
#include "core/file.hpp"
#include "environment.hpp"
#include "expect_error.hpp"
#include "loopback_server.hpp"
#include "saker/train.hpp"
#include "temporary_folder.hpp"
#include "weights/checksum_record.hpp"
#include "weights/sha256.hpp"

namespace saker {
namespace {

using test::expect_error;
using test::HttpRequest;
using test::HttpResponse;
using test::LoopbackServer;
using test::serve_file;

// The SHA-256 of "abc": FIPS 180-4's example.
constexpr const char* kAbcSha256 =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

class Hub : public ::testing::Test {
 protected:
  PublishedWeights published(std::string_view sha256) const {
    return {.name = "a/model",
            .address = "http://localhost.invalid/weights",
            .file = "model.pt",
            .sha256 = sha256,
            .licence = "A licence"};
  }
  HubOptions options(const std::string& mirror) {
    return {.folder = folder_ / "cache",
            .mirror = mirror,
            .notice = [this](const std::string& text) { notices_ += text + "\n"; },
            .should_stop = [] { return false; }};
  }
  std::size_t files_in_cache() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "cache")) {
      count += entry.path().filename().string().starts_with('.') ? 0 : 1;
    }
    return count;
  }
  bool was_told(std::string_view text) const { return notices_.find(text) != std::string::npos; }

  test::ScopedVariable no_proxy_{"no_proxy", "127.0.0.1"};
  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "cache/model.pt";
  std::string notices_;
  std::string content_ = "abc";
  int cut_calls_ = 0;  // so many answers break off after one byte
  LoopbackServer server_{[this](const HttpRequest& request) {
    HttpResponse response = serve_file(request, content_, "\"v1\"");
    if (cut_calls_-- > 0) response.cut_after = 1;
    return response;
  }};
};

TEST_F(Hub, FetchesOnceAndSaysTheLicenceOnce) {
  const PublishedWeights weights = published(kAbcSha256);
  EXPECT_EQ(fetch_weights(weights, options(server_.url())), file_);
  EXPECT_EQ(read_text_file(file_), "abc");
  EXPECT_TRUE(was_told("A licence"));
  EXPECT_TRUE(was_told(server_.url() + "/model.pt"));
  EXPECT_EQ(files_in_cache(), 2U);  // the file and its checksum
  notices_.clear();
  EXPECT_EQ(fetch_weights(weights, options(server_.url() + "/")), file_);
  EXPECT_EQ(server_.requests().size(), 1U);
  EXPECT_EQ(notices_, "");
}

TEST_F(Hub, WorksOfflineFromTheCache) {
  fetch_weights(published(kAbcSha256), options(server_.url()));
  EXPECT_EQ(fetch_weights(published(kAbcSha256), options("http://127.0.0.1:9")), file_);
}

TEST_F(Hub, WithoutANetworkTellsWhatToPutWhere) {
  expect_error(ErrorKind::kIo,
               {"a/model", "http://127.0.0.1:9/model.pt", file_.string(), "by other means"},
               [&] { fetch_weights(published(kAbcSha256), options("http://127.0.0.1:9")); });
}

TEST_F(Hub, TakesAFileThatTheUserPutThere) {
  write_file_atomically(file_, "abc");
  EXPECT_EQ(fetch_weights(published(kAbcSha256), options("http://127.0.0.1:9")), file_);
  // Without a published checksum, the first that is seen counts.
  EXPECT_EQ(fetch_weights(published(""), options("http://127.0.0.1:9")), file_);
}

TEST_F(Hub, WrongChecksumDropsTheFile) {
  content_ = "abd";
  expect_error(ErrorKind::kIo, {kAbcSha256, "dropped"}, [&] {
    fetch_weights(published(kAbcSha256), options(server_.url()));
  });
  EXPECT_EQ(files_in_cache(), 0U);
  EXPECT_FALSE(was_told("A licence"));
}

TEST_F(Hub, CachedFileOfAnotherChecksumIsFetchedAgain) {
  write_file_atomically(file_, "damaged");
  EXPECT_EQ(fetch_weights(published(kAbcSha256), options(server_.url())), file_);
  EXPECT_EQ(read_text_file(file_), "abc");
  EXPECT_TRUE(was_told("fetched again"));
}

TEST_F(Hub, FirstChecksumIsKeptAndChecked) {
  fetch_weights(published(""), options(server_.url()));
  EXPECT_EQ(read_checksum_record(file_)->sha256, kAbcSha256);
  // The file is lost and its makers have another one by now.
  std::filesystem::remove(file_);
  content_ = "abd";
  expect_error(ErrorKind::kIo,
               {kAbcSha256, "first download", checksum_record_path(file_).string()},
               [&] { fetch_weights(published(""), options(server_.url())); });
  EXPECT_FALSE(std::filesystem::exists(file_));
  std::filesystem::remove(checksum_record_path(file_));
  fetch_weights(published(""), options(server_.url()));
  EXPECT_EQ(read_text_file(file_), "abd");
}

TEST_F(Hub, FileThatChangedInTheCacheIsNoticed) {
  fetch_weights(published(""), options(server_.url()));
  write_file_atomically(file_, "changed");
  fetch_weights(published(""), options(server_.url()));
  EXPECT_EQ(read_text_file(file_), "abc");
}

TEST_F(Hub, BrokenConnectionGoesOnAtOnce) {
  cut_calls_ = 2;
  fetch_weights(published(kAbcSha256), options(server_.url()));
  EXPECT_EQ(read_text_file(file_), "abc");
  EXPECT_EQ(server_.requests().at(2).header("range"), "bytes=2-");
}

TEST_F(Hub, BrokenDownloadGoesOnNextTime) {
  cut_calls_ = 1;
  HubOptions once = options(server_.url());
  once.tries = 1;
  expect_error(ErrorKind::kIo, {"2 bytes remaining", file_.string()}, [&] {
    fetch_weights(published(kAbcSha256), once);
  });
  EXPECT_EQ(read_text_file(file_.string() + ".part"), "a");
  fetch_weights(published(kAbcSha256), once);
  EXPECT_EQ(server_.requests().at(1).header("range"), "bytes=1-");
  EXPECT_EQ(read_text_file(file_), "abc");
  EXPECT_EQ(files_in_cache(), 2U);
}

TEST_F(Hub, PiecesThatDoNotFitAreFetchedWhole) {
  cut_calls_ = 1;
  HubOptions once = options(server_.url());
  once.tries = 1;
  expect_error(ErrorKind::kIo, {}, [&] { fetch_weights(published(kAbcSha256), once); });
  write_file_atomically(file_.string() + ".part", "x");  // as after a power cut
  fetch_weights(published(kAbcSha256), once);
  EXPECT_EQ(read_text_file(file_), "abc");
  EXPECT_TRUE(was_told("do not fit"));
}

TEST_F(Hub, RefusalIsAnErrorAtOnce) {
  const LoopbackServer server([](const HttpRequest&) { return HttpResponse{.status = 404}; });
  expect_error(ErrorKind::kIo, {"404", file_.string()}, [&] {
    fetch_weights(published(kAbcSha256), options(server.url()));
  });
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(Hub, NoRoom) {
  HubOptions full = options(server_.url());
  full.free_bytes = [](const auto&) { return std::uint64_t{2}; };
  expect_error(
      ErrorKind::kIo, {"free some space"}, [&] { fetch_weights(published(kAbcSha256), full); });
}

TEST_F(Hub, StopIsAnError) {
  HubOptions stopped = options(server_.url());
  stopped.should_stop = [] { return true; };
  expect_error(
      ErrorKind::kInterrupted, {"kept"}, [&] { fetch_weights(published(kAbcSha256), stopped); });
}

TEST_F(Hub, StopRequestIsHeardAndDone) {
  request_stop();
  HubOptions plain = options(server_.url());
  plain.should_stop = HubOptions().should_stop;
  expect_error(
      ErrorKind::kInterrupted, {"kept"}, [&] { fetch_weights(published(kAbcSha256), plain); });
  EXPECT_EQ(fetch_weights(published(kAbcSha256), plain), file_);
}

TEST_F(Hub, ProcessesThatAskAtOnceFetchOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> found = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      HubOptions quiet = options(server_.url());
      quiet.notice = [](const std::string&) {};
      found += fetch_weights(published(kAbcSha256), quiet) == file_ ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(found, 4);
  EXPECT_EQ(server_.requests().size(), 1U);
}

TEST_F(Hub, EnvironmentNamesFolderAndMirror) {
  const test::ScopedVariable folder("SAKER_CACHE_DIR", (folder_ / "cache").string());
  const test::ScopedVariable mirror("SAKER_HUB_URL", server_.url());
  HubOptions plain = options("");
  plain.folder.clear();
  EXPECT_EQ(fetch_backbone_weights("dinov3/vitt16", plain),
            folder_ / "cache/dinov3_vitt16_distillationv2.pth");
  EXPECT_EQ(server_.requests().at(0).path, "/dinov3_vitt16_distillationv2.pth");
  expect_error(ErrorKind::kIo, {"picodet-s-coco", "SHA-256"}, [&] {
    fetch_detector_weights("picodet-s-coco", plain);
  });
  const test::ScopedVariable wrong("SAKER_HUB_URL", "ftp://somewhere");
  expect_error(ErrorKind::kUsage, {"SAKER_HUB_URL", "ftp://somewhere"}, [&] {
    fetch_backbone_weights("dinov3/vits16", plain);
  });
}

TEST_F(Hub, UnknownNamesGetTheNearestOne) {
  expect_error(ErrorKind::kUsage, {"dinov3/vitt61", "did you mean 'dinov3/vitt16'"}, [&] {
    fetch_backbone_weights("dinov3/vitt61", options(server_.url()));
  });
  expect_error(ErrorKind::kUsage, {"picodet/s-416"}, [&] {
    fetch_detector_weights("picodet/s-416", options(server_.url()));
  });
}

}  // namespace
}  // namespace saker
