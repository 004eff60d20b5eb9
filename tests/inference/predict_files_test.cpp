#include "inference/predict_files.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/atomic_file.hpp"
#include "error_message.hpp"
#include "fake_backend.hpp"
#include "image/encode.hpp"
#include "inference/tiled_prediction.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

constexpr ImageSize kInput{16, 16};

// One detection whose score is the red of the first pixel.
Detections tells_red(std::span<const float> chw, const NetworkInput&) {
  Detections found;
  found.add(0, {0, 0, 16, 16}, chw[0]);
  return found;
}

class PredictFiles : public testing::Test {
 protected:
  // Files 0.png, 1.png, ...; the red of number i is i.
  std::vector<std::string> write_images(int count) const {
    std::vector<std::string> paths;
    for (int i = 0; i < count; ++i) {
      Image image(20 + i, 30, 3, PixelType::kU8);
      for (std::size_t k = 0; k < image.value_count(); k += 3)
        image.mutable_u8()[k] = static_cast<std::uint8_t>(i);
      paths.push_back((folder_ / (std::to_string(i) + ".png")).string());
      write_image(paths.back(), image);
    }
    return paths;
  }
  std::vector<FilePrediction> predict(const std::vector<std::string>& paths,
                                      const PredictFilesArgs& args) {
    std::vector<FilePrediction> results;
    predict_files(
        backend_, paths, args, [&](const FilePrediction& file) { results.push_back(file); });
    return results;
  }

  test::TemporaryFolder folder_;
  test::FakeBackend backend_{kInput, tells_red};
};

TEST_F(PredictFiles, ResultsComeInOrder) {
  const std::vector<std::string> paths = write_images(23);
  for (const std::int64_t batch_size : {1, 4, 50}) {
    for (const std::int64_t workers : {1, 5}) {
      const auto results =
          predict(paths, {.threshold = 0, .batch_size = batch_size, .num_workers = workers});
      ASSERT_EQ(results.size(), paths.size());
      for (std::size_t i = 0; i < results.size(); ++i) {
        EXPECT_EQ(results[i].index, i);
        EXPECT_EQ(results[i].path, paths[i]);
        EXPECT_EQ(results[i].error, "");
        EXPECT_EQ(results[i].height, 20 + static_cast<std::int64_t>(i));
        EXPECT_EQ(results[i].width, 30);
        EXPECT_TRUE(results[i].image.empty());
        ASSERT_EQ(results[i].detections.size(), i == 0 ? 0U : 1U);
        if (i == 0) continue;
        EXPECT_NEAR(results[i].detections.scores[0], static_cast<float>(i) / 255, 1e-6);
        EXPECT_FLOAT_EQ(results[i].detections.bboxes[0].x2, 30);
        EXPECT_FLOAT_EQ(results[i].detections.bboxes[0].y2, static_cast<float>(results[i].height));
      }
    }
  }
}

TEST_F(PredictFiles, UnreadableFilesAreReportedAndTheOthersGoOn) {
  std::vector<std::string> paths = write_images(9);
  write_file_atomically(paths[2], "no image");
  std::filesystem::remove(paths[3]);
  write_file_atomically(paths[8], "");
  for (const bool sahi : {false, true}) {
    PredictFilesArgs args{.threshold = 0, .batch_size = 2, .num_workers = 3};
    if (sahi) args.sahi = SahiArgs{.threshold = 0};
    const auto results = predict(paths, args);
    ASSERT_EQ(results.size(), 9U);
    for (std::size_t i = 0; i < results.size(); ++i) {
      EXPECT_EQ(results[i].index, i);
      if (i == 2 || i == 3 || i == 8) {
        EXPECT_TRUE(results[i].error.starts_with(paths[i])) << results[i].error;
        EXPECT_TRUE(results[i].detections.empty());
      } else {
        EXPECT_EQ(results[i].error, "");
        EXPECT_EQ(results[i].detections.empty(), i == 0);
      }
    }
  }
  EXPECT_TRUE(predict({}, {}).empty());
}

TEST_F(PredictFiles, GivesPixelsWhenAskedTo) {
  const std::vector<std::string> paths = write_images(3);
  for (const bool sahi : {false, true}) {
    PredictFilesArgs args{.keep_images = true};
    if (sahi) args.sahi = SahiArgs{};
    const auto results = predict(paths, args);
    for (std::size_t i = 0; i < results.size(); ++i) {
      EXPECT_EQ(results[i].image.height(), results[i].height);
      EXPECT_EQ(results[i].image.u8()[0], i);
    }
  }
}

TEST_F(PredictFiles, TilesAreThoseOfEachImage) {
  const std::vector<std::string> paths = write_images(12);
  const SahiArgs sahi{.threshold = 0.005, .global_local_iou_threshold = 1, .batch_size = 3};
  const auto results = predict(paths, {.sahi = sahi});
  for (std::size_t i = 0; i < results.size(); ++i) {
    TiledPrediction prediction(backend_, sahi);
    prediction.add(*open_image_rows(paths[i]));
    EXPECT_EQ(results[i].detections.bboxes, prediction.finish().front().bboxes);
  }
  EXPECT_GT(results[5].detections.size(), 1U);
}

// The network and what follows take 10 ms each.
TEST_F(PredictFiles, OverlapsTheNetworkAndWhatFollows) {
  const std::vector<std::string> paths = write_images(40);
  std::atomic<int> running = 0, most = 0;
  const auto work = [&] {
    const int now = ++running;
    int before = most;
    while (now > before && !most.compare_exchange_weak(before, now)) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    --running;
  };
  test::FakeBackend backend(kInput, [&](std::span<const float> chw, const NetworkInput& input) {
    work();
    return tells_red(chw, input);
  });
  predict_files(backend, paths, {.num_workers = 1}, [&](const FilePrediction&) { work(); });
  EXPECT_EQ(most, 2);  // at the same time
}

TEST_F(PredictFiles, ErrorsOfTheNetworkAndOfTheCallerEndIt) {
  const std::vector<std::string> paths = write_images(10);
  int seen = 0;
  EXPECT_THROW(predict_files(backend_,
                             paths,
                             {.threshold = 0},
                             [&](const FilePrediction&) {
                               if (++seen == 3) throw std::runtime_error("enough");
                             }),
               std::runtime_error);
  EXPECT_EQ(seen, 3);
  test::FakeBackend broken(kInput, [](std::span<const float>, const NetworkInput&) -> Detections {
    throw Error(ErrorKind::kInternal, "broken");
  });
  EXPECT_THROW(predict_files(broken, paths, {}, [](const FilePrediction&) {}), Error);
}

TEST_F(PredictFiles, ArgumentsOutOfRangeAreNamed) {
  const std::pair<PredictFilesArgs, const char*> cases[] = {
      {{.threshold = 2}, "threshold"},
      {{.batch_size = 0}, "batch_size"},
      {{.num_workers = 0}, "num_workers"},
      {{.sahi = SahiArgs{.overlap = 1}}, "overlap"}};
  for (const auto& [args, name] : cases) {
    const std::string message =
        test::message_of(ErrorKind::kUsage, [this, &args = args] { predict({}, args); });
    EXPECT_TRUE(test::contains(message, name)) << message;
  }
}

}  // namespace
}  // namespace saker
