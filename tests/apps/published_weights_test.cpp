// The program with models that were published: offline, and with a mirror that has other files.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/atomic_file.hpp"
#include "environment.hpp"
#include "loopback_server.hpp"
#include "program.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

constexpr const char* kFile = "picodet_s_coco_416_260303_23022a45.pt";

class PublishedModel : public ::testing::Test {
 protected:
  test::ProgramResult predict() {
    write_file_atomically(folder_ / "a.jpg", "");
    return test::run_program({"predict", "--model", "picodet-s-coco", folder_ / "a.jpg"});
  }

  test::TemporaryFolder folder_;
  test::ScopedVariable no_proxy_{"no_proxy", "127.0.0.1"};
  test::ScopedVariable cache_{"SAKER_CACHE_DIR", (folder_ / "cache").string()};
};

TEST_F(PublishedModel, OfflineTellsWhatToPutWhere) {
  const test::ScopedVariable mirror("SAKER_HUB_URL", "http://127.0.0.1:9");
  const test::ProgramResult result = predict();
  EXPECT_EQ(result.exit_code, 1);
  for (const std::string& word : {std::string("picodet-s-coco"),
                                  "http://127.0.0.1:9/" + std::string(kFile),
                                  (folder_ / "cache" / kFile).string()}) {
    EXPECT_NE(result.errors.find(word), std::string::npos) << word << "\n" << result.errors;
  }
  EXPECT_EQ(result.output, "");
}

TEST_F(PublishedModel, OfflineWorksTheSameForLtdetr) {
  const test::ScopedVariable mirror("SAKER_HUB_URL", "http://127.0.0.1:9");
  write_file_atomically(folder_ / "a.jpg", "");
  const test::ProgramResult result =
      test::run_program({"predict", "--model", "dinov3/vitt16-ltdetr-coco", folder_ / "a.jpg"});
  EXPECT_EQ(result.exit_code, 1);
  for (const std::string& word : {std::string("dinov3/vitt16-ltdetr-coco"),
                                  std::string("http://127.0.0.1:9/"),
                                  (folder_ / "cache").string()}) {
    EXPECT_NE(result.errors.find(word), std::string::npos) << word << "\n" << result.errors;
  }
}

TEST_F(PublishedModel, FileOfAnotherChecksumIsNotUsed) {
  const test::LoopbackServer server([](const test::HttpRequest& request) {
    return test::serve_file(request, "something else", "\"v1\"");
  });
  const test::ScopedVariable mirror("SAKER_HUB_URL", server.url());
  const test::ProgramResult result = predict();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.errors.find("SHA-256"), std::string::npos) << result.errors;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "cache" / kFile));
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(result.errors.find('\r'), std::string::npos) << "a progress bar without a terminal";
}

TEST_F(PublishedModel, ArchitecturesAreNotLookedFor) {
  write_file_atomically(folder_ / "a.jpg", "");
  const test::ProgramResult result =
      test::run_program({"predict", "--model", "picodet/s-416", folder_ / "a.jpg"});
  EXPECT_EQ(result.exit_code, 2) << result.errors;
}

TEST_F(PublishedModel, ListTellsWhatCanBeDownloaded) {
  const test::ProgramResult result = test::run_program({"models", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  std::size_t found = 0;
  for (const auto& model : nlohmann::json::parse(result.output)) {
    const std::string name = model.at("name");
    if (!name.starts_with("picodet")) continue;
    ++found;
    const bool is_published = name == "picodet-s-coco" || name == "picodet-l-coco";
    EXPECT_EQ(model.at("downloadable").get<bool>(), is_published) << name;
    EXPECT_EQ(model.at("licence").get<std::string>().empty(), !is_published) << name;
  }
  EXPECT_GE(found, 5U);
}

}  // namespace
}  // namespace saker
