#include "metrics/watch_metric.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "golden.hpp"
#include "metrics/coco_settings.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

const std::vector<std::string> kLosses = {"loss", "loss_vfl", "loss_bbox", "loss_giou"};

TEST(WatchMode, UnknownTagsAreErrorsWithASuggestion) {
  try {
    watch_mode("val_metrc/map", {"map", "map_50"}, {"vfl"});
  } catch (const Error&) {
    FAIL() << "the part after the slash is known";
  }
  try {
    watch_mode("val_metric/mpa", CocoSettings().names(), kLosses);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find("did you mean 'val_metric/map'?"), std::string::npos)
        << error.what();
  }
}

TEST(WatchMode, AgreesWithTheReference) {
  SAKER_GOLDEN(path, "platform/derived.json");
  const auto golden = test::read_json(path);
  for (const auto& entry : golden.at("watch_mode")) {
    const auto watch = entry.at("watch").get<std::string>();
    if (entry.contains("error")) {
      EXPECT_THROW(watch_mode(watch, CocoSettings().names(), kLosses), Error) << watch;
      continue;
    }
    const WatchMode mode = watch_mode(watch, CocoSettings().names(), kLosses);
    EXPECT_EQ(mode == WatchMode::kMax ? "max" : "min",
              entry.at("accepted").at("mode").get<std::string>())
        << watch;
  }
}

TEST(BestValue, KeepsValueAndStep) {
  BestValue best;
  EXPECT_TRUE(best.update(-1, 3, WatchMode::kMax));
  EXPECT_FALSE(best.update(-1, 4, WatchMode::kMax));
  EXPECT_TRUE(best.update(0.5, 5, WatchMode::kMax));
  EXPECT_FALSE(best.update(std::nan(""), 6, WatchMode::kMax));
  EXPECT_EQ(best.value, 0.5);
  EXPECT_EQ(best.step, 5);
}

TEST(BestValue, ANumberReplacesABestThatIsNone) {
  for (const WatchMode mode : {WatchMode::kMin, WatchMode::kMax}) {
    BestValue best;
    EXPECT_TRUE(best.update(std::nan(""), 0, mode));
    EXPECT_FALSE(best.update(std::nan(""), 1, mode));
    EXPECT_TRUE(best.update(0.2, 2, mode));
    EXPECT_EQ(best.step, 2);
  }
}

TEST(BestValue, AgreesWithTheReference) {
  SAKER_GOLDEN(path, "platform/derived.json");
  const auto golden = test::read_json(path);
  for (const auto& entry : golden.at("best_selection")) {
    const auto name = entry.at("name").get<std::string>();
    if (name == "first_nan") continue;  // the reference keeps that value for ever
    const WatchMode mode = entry.at("mode") == "max" ? WatchMode::kMax : WatchMode::kMin;
    BestValue best;
    for (std::size_t i = 0; i < entry.at("values").size(); ++i) {
      const auto& value = entry.at("values")[i];
      const double number = value.is_string() ? std::nan("") : value.get<double>();
      EXPECT_EQ(best.update(number, static_cast<std::int64_t>(i), mode),
                entry.at("best_checkpoint_written")[i].get<bool>())
          << name << " value " << i;
    }
  }
}

}  // namespace
}  // namespace saker
