#include "report/live/run_server.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include <fstream>
#include <thread>

#include "error_message.hpp"
#include "report/live/live_page.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

class RunServerTest : public ::testing::Test {
 protected:
  RunServerTest() {
    log("{\"step\": 0, \"train_loss\": 3.25}");
    server_ = std::make_unique<RunServer>(folder_.path(), RunServerArgs{.port = 0});
    thread_ = std::thread([this] { server_->run(); });
    const std::string address = server_->address();
    port_ = std::stoi(address.substr(address.rfind(':') + 1));
    client_ = std::make_unique<httplib::Client>("127.0.0.1", port_);
    for (int i = 0; i < 200 && !client_->Get("/"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ~RunServerTest() override {
    server_->stop();
    thread_.join();
  }

  void log(const std::string& line) const {
    std::ofstream(folder_ / "metrics.jsonl", std::ios::app) << line << "\n";
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<RunServer> server_;
  std::thread thread_;
  int port_ = 0;
  std::unique_ptr<httplib::Client> client_;
};

TEST_F(RunServerTest, FollowsTheRun) {
  const auto page = client_->Get("/");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200);
  EXPECT_NE(page->body.find("3.250"), std::string::npos);
  const std::string tag = page->get_header_value("ETag");
  EXPECT_NE(page->body.find(tag), std::string::npos);
  const auto unchanged = client_->Get("/body", {{"If-None-Match", tag}});
  ASSERT_TRUE(unchanged);
  EXPECT_EQ(unchanged->status, 304);

  log("{\"step\": 1, \"train_loss\": 1.125}");
  const auto changed = client_->Get("/body", {{"If-None-Match", tag}});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->status, 200);
  EXPECT_NE(changed->body.find("1.125"), std::string::npos);
  EXPECT_EQ(changed->body.find("<html"), std::string::npos);
  EXPECT_NE(changed->get_header_value("ETag"), tag);
}

TEST_F(RunServerTest, IsReadOnlyAndServesNothingElse) {
  for (const auto& answer : {client_->Post("/", "x", "text/plain"),
                             client_->Put("/body", "x", "text/plain"),
                             client_->Delete("/")}) {
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 405);
  }
  for (const char* path : {"/metrics.jsonl", "/../metrics.jsonl", "/%2e%2e/metrics.jsonl", "/x"}) {
    const auto answer = client_->Get(path);
    ASSERT_TRUE(answer) << path;
    EXPECT_EQ(answer->status, 404) << path;
  }
  const auto head = client_->Head("/");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
}

TEST_F(RunServerTest, AnswersOnlyThoseWhoNameThisMachine) {
  const auto answer = client_->Get("/", {{"Host", "evil.example:80"}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 403);
}

TEST_F(RunServerTest, SaysSoWhenTheRunIsGone) {
  std::filesystem::remove(folder_ / "metrics.jsonl");
  const auto answer = client_->Get("/body");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_NE(answer->body.find("no run"), std::string::npos) << answer->body;
}

TEST_F(RunServerTest, APortThatIsTakenIsSaidSo) {
  const std::string message = test::message_of(ErrorKind::kIo, [&] {
    const RunServer second(folder_.path(), RunServerArgs{.port = port_});
  });
  EXPECT_NE(message.find("--port"), std::string::npos) << message;
}

TEST(LivePage, MayAskItsOwnServerAlone) {
  const std::string page = live_page("a<b", "<p>body</p>", "\"7\"", 2);
  EXPECT_NE(page.find("connect-src 'self'"), std::string::npos);
  EXPECT_NE(page.find("a&lt;b"), std::string::npos);
  EXPECT_NE(page.find("data-tag='\"7\"'"), std::string::npos);
  EXPECT_NE(page.find("data-refresh=\"2000\""), std::string::npos);
}

}  // namespace
}  // namespace saker
