#include "weights/http_download.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "core/atomic_file.hpp"
#include "core/file.hpp"
#include "environment.hpp"
#include "expect_error.hpp"
#include "loopback_server.hpp"
#include "temporary_folder.hpp"
#include "weights/part_file.hpp"

namespace saker {
namespace {

using test::expect_error;
using test::HttpRequest;
using test::HttpResponse;
using test::LoopbackServer;
using test::serve_file;

constexpr const char* kEtag = "\"v1\"";

std::string content_of(std::size_t size) {
  std::string content(size, '\0');
  for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 7 % 251);
  return content;
}

class HttpDownload : public ::testing::Test {
 protected:
  DownloadOutcome run(const LoopbackServer& server) {
    return download({.url = server.url() + "/file", .part = part_});
  }
  std::string arrived() const { return read_text_file(part_); }

  test::ScopedVariable no_proxy_{"no_proxy", "127.0.0.1"};
  test::TemporaryFolder folder_;
  std::filesystem::path part_ = folder_ / "file.part";
  std::string content_ = content_of(100'000);
};

TEST_F(HttpDownload, WholeFile) {
  const LoopbackServer server([&](const HttpRequest& r) { return serve_file(r, content_, kEtag); });
  std::uint64_t last = 0, whole = 0;
  const DownloadOutcome outcome = download(
      {.url = server.url() + "/file", .part = part_, .on_progress = [&](auto done, auto total) {
         EXPECT_GE(done, last);
         last = done;
         whole = total.value();
       }});
  EXPECT_TRUE(outcome.complete) << outcome.problem;
  EXPECT_FALSE(outcome.resumed);
  EXPECT_EQ(outcome.received, content_.size());
  EXPECT_EQ(last, content_.size());
  EXPECT_EQ(whole, content_.size());
  EXPECT_EQ(arrived(), content_);
}

TEST_F(HttpDownload, FileWithoutBytes) {
  const LoopbackServer server([](const HttpRequest& r) { return serve_file(r, "", kEtag); });
  EXPECT_TRUE(run(server).complete);
  EXPECT_EQ(arrived(), "");
}

TEST_F(HttpDownload, BrokenConnectionIsResumed) {
  int calls = 0;
  const LoopbackServer server([&](const HttpRequest& request) {
    HttpResponse response = serve_file(request, content_, kEtag);
    if (++calls == 1) response.cut_after = 30'000;
    return response;
  });
  const DownloadOutcome broken = run(server);
  EXPECT_FALSE(broken.complete);
  EXPECT_FALSE(broken.problem.empty());
  EXPECT_EQ(arrived(), content_.substr(0, 30'000));

  const DownloadOutcome rest = run(server);
  EXPECT_TRUE(rest.complete) << rest.problem;
  EXPECT_TRUE(rest.resumed);
  EXPECT_EQ(rest.received, content_.size() - 30'000);
  EXPECT_EQ(arrived(), content_);
  EXPECT_EQ(server.requests().at(1).header("range"), "bytes=30000-");
  EXPECT_EQ(server.requests().at(1).header("if-range"), kEtag);
}

TEST_F(HttpDownload, FileThatChangedMeanwhileComesWhole) {
  const std::string newer = content_of(70'001);
  int calls = 0;
  const LoopbackServer server([&](const HttpRequest& request) {
    if (++calls > 1) return serve_file(request, newer, "\"v2\"");
    HttpResponse response = serve_file(request, content_, kEtag);
    response.cut_after = 30'000;
    return response;
  });
  run(server);
  const DownloadOutcome outcome = run(server);
  EXPECT_TRUE(outcome.complete);
  EXPECT_FALSE(outcome.resumed);
  EXPECT_EQ(arrived(), newer);
}

TEST_F(HttpDownload, ServerWithoutRangesSendsTheWholeFile) {
  int calls = 0;
  const LoopbackServer server([&](const HttpRequest&) {
    HttpResponse response{.headers = {{"ETag", kEtag}}, .body = content_};
    if (++calls == 1) response.cut_after = 99'999;
    return response;
  });
  run(server);
  const DownloadOutcome outcome = run(server);
  EXPECT_TRUE(outcome.complete);
  EXPECT_FALSE(outcome.resumed);
  EXPECT_EQ(arrived(), content_);
}

TEST_F(HttpDownload, WithoutAVersionNothingIsResumed) {
  for (const char* etag : {"", "W/\"weak\""}) {
    int calls = 0;
    const LoopbackServer server([&](const HttpRequest& request) {
      HttpResponse response = serve_file(request, content_, etag);
      if (++calls == 1) response.cut_after = 5'000;
      return response;
    });
    EXPECT_FALSE(run(server).complete);
    EXPECT_TRUE(run(server).complete);
    EXPECT_EQ(arrived(), content_);
    EXPECT_EQ(server.requests().at(1).header("range"), "");
    PartFile::remove(part_);
  }
}

TEST_F(HttpDownload, DateStandsInForTheVersion) {
  const std::string date = "Tue, 01 Jul 2025 10:00:00 GMT";
  int calls = 0;
  const LoopbackServer server([&](const HttpRequest& request) {
    HttpResponse response = serve_file(request, content_, date);
    response.headers = {{"last-modified", date},
                        {"Content-Range", response.headers["Content-Range"]}};
    if (++calls == 1) response.cut_after = 5'000;
    return response;
  });
  run(server);
  EXPECT_TRUE(run(server).resumed);
  EXPECT_EQ(arrived(), content_);
}

TEST_F(HttpDownload, WrongPieceIsNotTaken) {
  int calls = 0;
  const LoopbackServer server([&](const HttpRequest& request) {
    HttpResponse response = serve_file(request, content_, kEtag);
    if (++calls == 1) response.cut_after = 5'000;
    if (calls == 2) response.headers["Content-Range"] = "bytes 4000-99999/100000";
    return response;
  });
  run(server);
  EXPECT_FALSE(run(server).complete);
  EXPECT_TRUE(run(server).complete);
  EXPECT_EQ(arrived(), content_);
}

TEST_F(HttpDownload, PartThatIsWholeAlready) {
  const LoopbackServer server([&](const HttpRequest& r) { return serve_file(r, content_, kEtag); });
  run(server);
  const DownloadOutcome outcome = run(server);
  EXPECT_TRUE(outcome.complete) << outcome.problem;
  EXPECT_EQ(outcome.received, 0U);
  EXPECT_EQ(arrived(), content_);
}

TEST_F(HttpDownload, RedirectsAreFollowed) {
  const LoopbackServer server([&](const HttpRequest& request) {
    if (request.path == "/file") {
      return HttpResponse{.status = 302, .headers = {{"Location", "/moved"}, {"ETag", "\"x\""}}};
    }
    return serve_file(request, content_, kEtag);
  });
  EXPECT_TRUE(run(server).complete);
  EXPECT_EQ(arrived(), content_);
}

TEST_F(HttpDownload, RefusalsAndUnreachableServersAreOutcomes) {
  std::string url;
  {
    const LoopbackServer server(
        [](const HttpRequest&) { return HttpResponse{.status = 404, .body = "an error page"}; });
    url = server.url();
    const DownloadOutcome outcome = run(server);
    EXPECT_FALSE(outcome.complete);
    EXPECT_NE(outcome.problem.find("404"), std::string::npos) << outcome.problem;
    EXPECT_EQ(arrived(), "");
  }
  const DownloadOutcome outcome = download({.url = url, .part = part_});
  EXPECT_FALSE(outcome.complete);
  EXPECT_FALSE(outcome.problem.empty());
}

TEST_F(HttpDownload, TooLittleRoomIsFoundBeforeTheFirstByte) {
  const LoopbackServer server([&](const HttpRequest& r) { return serve_file(r, content_, kEtag); });
  expect_error(ErrorKind::kIo, {folder_.path().string(), "0.1 MB", "SAKER_CACHE_DIR"}, [&] {
    download({.url = server.url(), .part = part_, .free_bytes = [](const auto& folder) {
                EXPECT_EQ(folder, folder.parent_path() / folder.filename());
                return std::uint64_t{99'999};
              }});
  });
  EXPECT_EQ(arrived(), "");
}

// A disk that is full sooner than it said, as a limit on the size of files plays it.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(HttpDownload, DiskThatFillsUpKeepsWhatArrived) {
  const LoopbackServer server([&](const HttpRequest& r) { return serve_file(r, content_, kEtag); });
  {
    const FileSizeLimit limit(40'000);
    expect_error(ErrorKind::kIo, {"file.part", "cannot be written", "SAKER_CACHE_DIR"}, [&] {
      run(server);
    });
  }
  EXPECT_EQ(arrived(), content_.substr(0, 40'000));
  const DownloadOutcome outcome = run(server);
  EXPECT_TRUE(outcome.resumed);
  EXPECT_EQ(arrived(), content_);
}

TEST_F(HttpDownload, StopsWhenAsked) {
  const LoopbackServer server([&](const HttpRequest& request) {
    HttpResponse response = serve_file(request, content_, kEtag);
    response.cut_after = 50'000;
    return response;
  });
  expect_error(ErrorKind::kInterrupted, {"kept"}, [&] {
    download({.url = server.url(), .part = part_, .should_stop = [] { return true; }});
  });
}

TEST_F(HttpDownload, OnlyHttpIsSpoken) {
  write_file_atomically(folder_ / "secret", "secret");
  const DownloadOutcome outcome =
      download({.url = "file://" + (folder_ / "secret").string(), .part = part_});
  EXPECT_FALSE(outcome.complete);
  EXPECT_EQ(arrived(), "");
}

}  // namespace
}  // namespace saker
