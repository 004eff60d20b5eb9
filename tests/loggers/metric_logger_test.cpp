#include "loggers/metric_logger.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "saker/error.hpp"

namespace saker {
namespace {

class Recorder final : public MetricLogger {
 public:
  explicit Recorder(std::vector<std::string>& calls) : calls_(calls) {}
  void log_scalars(std::int64_t step, const Scalars& scalars) override {
    calls_.push_back(std::to_string(step) + " " + scalars.at(0).first);
  }
  void log_image(std::int64_t step, const std::string& tag, const EncodedImage&) override {
    calls_.push_back(std::to_string(step) + " " + tag);
  }
  void log_hyperparameters(const Value& settings) override { calls_.push_back(settings.to_json()); }
  void flush() override { calls_.emplace_back("flush"); }
  void log_model(const std::filesystem::path& file) override { calls_.push_back(file.string()); }
  void close(RunOutcome outcome) override {
    calls_.emplace_back(outcome == RunOutcome::kFailed ? "close failed" : "close");
    if (fails) throw Error(ErrorKind::kIo, "full");
  }
  bool wants_previews() const override { return previews; }

  bool fails = false, previews = false;

 private:
  std::vector<std::string>& calls_;
};

TEST(FanOutLogger, EveryLoggerGetsEveryCall) {
  std::vector<std::string> first, second;
  FanOutLogger all;
  all.add(std::make_unique<Recorder>(first));
  all.add(std::make_unique<Recorder>(second));
  all.log_hyperparameters({{"steps", 4}});
  all.log_scalars(3, {{"train_loss", 1}});
  all.log_image(4, "val_images/labels_0", {});
  all.log_model("a.pt");
  all.flush();
  all.close(RunOutcome::kFinished);
  EXPECT_EQ(
      first,
      (std::vector<std::string>{
          "{\"steps\":4}", "3 train_loss", "4 val_images/labels_0", "a.pt", "flush", "close"}));
  EXPECT_EQ(first, second);
}

TEST(FanOutLogger, ClosesAllEvenWhenOneCannot) {
  std::vector<std::string> calls;
  FanOutLogger all;
  for (const bool fails : {true, false}) {
    auto recorder = std::make_unique<Recorder>(calls);
    recorder->fails = fails;
    all.add(std::move(recorder));
  }
  EXPECT_THROW(all.close(RunOutcome::kFailed), Error);
  EXPECT_EQ(calls, (std::vector<std::string>{"close failed", "close failed"}));
}

TEST(FanOutLogger, WantsPreviewsWhenOneDoes) {
  std::vector<std::string> calls;
  FanOutLogger all;
  all.add(std::make_unique<Recorder>(calls));
  EXPECT_FALSE(all.wants_previews());
  auto recorder = std::make_unique<Recorder>(calls);
  recorder->previews = true;
  all.add(std::move(recorder));
  EXPECT_TRUE(all.wants_previews());
}

TEST(PrefixedTag, StandsBeforeTheTag) {
  EXPECT_EQ(prefixed_tag("", "train_loss"), "train_loss");
  EXPECT_EQ(prefixed_tag("a", "train_loss"), "a-train_loss");
}

}  // namespace
}  // namespace saker
