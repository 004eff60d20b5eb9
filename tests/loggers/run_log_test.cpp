#include "loggers/run_log.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// Sets a variable of the environment for one test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(RunLog, FileHoldsEverythingFromAttachingOn) {
  const test::TemporaryFolder folder;
  {
    RunLog log;
    log.info("before");
    log.attach_file(folder / "train.log");
    log.debug("details");
    log.info("two\nlines");
    log.warning("careful {}");
    log.error("bad");
    log.error_to_file("for the file");
  }
  const std::vector<std::string> lines = lines_of(read_text_file(folder / "train.log"));
  ASSERT_EQ(lines.size(), 6U);
  const std::regex line(R"(\[\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2},\d{3}\]\[(\w+)\] (.*))");
  const std::vector<std::pair<std::string, std::string>> expected = {{"DEBUG", "details"},
                                                                     {"INFO", "two"},
                                                                     {"", ""},
                                                                     {"WARNING", "careful {}"},
                                                                     {"ERROR", "bad"},
                                                                     {"ERROR", "for the file"}};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == 2) {
      EXPECT_EQ(lines[i], "lines");
      continue;
    }
    std::smatch match;
    ASSERT_TRUE(std::regex_match(lines[i], match, line)) << lines[i];
    EXPECT_EQ(match[1], expected[i].first);
    EXPECT_EQ(match[2], expected[i].second);
  }
}

TEST(RunLog, AppendsToAnOldFile) {
  const test::TemporaryFolder folder;
  for (int i = 0; i < 2; ++i) {
    RunLog log;
    log.attach_file(folder / "train.log");
    log.info("hello");
  }
  EXPECT_EQ(lines_of(read_text_file(folder / "train.log")).size(), 2U);
}

TEST(RunLog, ConsoleShowsTheMessageAlone) {
  testing::internal::CaptureStderr();
  {
    RunLog log;
    log.debug("hidden");
    log.info("shown");
    log.warning("careful");
    log.error_to_file("hidden too");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "shown\ncareful\n");
}

TEST(RunLog, LevelOfTheConsoleIsChosenByTheEnvironment) {
  for (const auto& [level, expected] :
       std::vector<std::pair<const char*, std::string>>{{"debug", "d\ni\nw\ne\n"},
                                                        {"INFO", "i\nw\ne\n"},
                                                        {"warning", "w\ne\n"},
                                                        {"error", "e\n"},
                                                        {"nonsense", "i\nw\ne\n"}}) {
    const Variable variable("SAKER_LOG_LEVEL", level);
    testing::internal::CaptureStderr();
    {
      RunLog log;
      log.debug("d");
      log.info("i");
      log.warning("w");
      log.error("e");
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), expected) << level;
  }
}

TEST(RunLog, NamesTheFileThatItCannotWrite) {
  const test::TemporaryFolder folder;
  RunLog log;
  try {
    log.attach_file(folder.path());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kIo);
    EXPECT_NE(std::string(error.what()).find(folder.path().string()), std::string::npos);
  }
}

TEST(RunLog, AFullDiskIsAnErrorThatNamesTheFile) {
  RunLog log;
  log.attach_file("/dev/full");
  try {
    log.info("one line");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kIo);
    EXPECT_NE(std::string(error.what()).find("/dev/full"), std::string::npos) << error.what();
  }
  EXPECT_NO_THROW(log.error_to_file("the failure itself"));
}

}  // namespace
}  // namespace saker
