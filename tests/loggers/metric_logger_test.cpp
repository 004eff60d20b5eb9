#include "loggers/metric_logger.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

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
  void close() override { calls_.emplace_back("close"); }

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
  all.flush();
  all.close();
  EXPECT_EQ(first,
            (std::vector<std::string>{
                "{\"steps\":4}", "3 train_loss", "4 val_images/labels_0", "flush", "close"}));
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace saker
