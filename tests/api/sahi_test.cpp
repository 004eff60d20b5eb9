// Prediction in tiles with detectors of ours.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "detectors/class_labels.hpp"
#include "detectors/init_args.hpp"
#include "detectors/ltdetr/top_k_decode.hpp"
#include "detectors/registry.hpp"
#include "error_message.hpp"
#include "fill.hpp"
#include "golden.hpp"
#include "inference/tiled_prediction.hpp"
#include "saker/image.hpp"
#include "saker/model.hpp"
#include "temporary_folder.hpp"
#include "tensors/fill_module.hpp"
#include "weights/exported_model.hpp"

namespace saker {
namespace {

using Json = nlohmann::ordered_json;

Image noise_image(const std::string& name, std::int64_t height, std::int64_t width) {
  const std::vector<std::uint8_t> chw = test::noise_u8(name, 3 * height * width);
  Image image(height, width, 3, PixelType::kU8);
  const auto plane = static_cast<std::size_t>(height * width);
  for (std::size_t i = 0; i < 3 * plane; ++i) image.mutable_u8()[i] = chw[i % 3 * plane + i / 3];
  return image;
}

// Gives the outputs of a golden case, view by view, whatever it is shown.
class GoldenBackend final : public Backend {
 public:
  GoldenBackend(const Json& golden, const Json& entry)
      : model_{.name = "golden",
               .input = {.size = {entry["tile"][0], entry["tile"][1]},
                         .channels = 3,
                         .normalization = {}},
               .classes = {}},
        top_(golden["num_top_queries"]) {
    for (const auto& id : golden["internal_class_to_class"])
      model_.classes.emplace_back(id.get<std::int64_t>(), "");
    const std::string tag = "post/" + entry["raw_tag"].get<std::string>() + "/";
    const std::int64_t views = entry["batch"];
    logits_ = test::uniform_tensor(tag + "logits", {views, 20, 5}, -4, 3);
    boxes_ = torch::cat({test::uniform_tensor(tag + "c", {views, 20, 2}, 0.2, 0.8),
                         test::uniform_tensor(tag + "s", {views, 20, 2}, 0.05, 0.4)},
                        2);
    // The golden's first view is that of the whole image, which comes last here.
    logits_ = logits_.roll(-1, 0);
    boxes_ = boxes_.roll(-1, 0);
  }

  const BackendModel& model() const override { return model_; }
  std::unique_ptr<NetworkOutputs> run(std::span<const float>, std::int64_t count) override {
    const std::int64_t first = seen_;
    seen_ += count;
    return std::make_unique<Outputs>(
        *this, logits_.narrow(0, first, count), boxes_.narrow(0, first, count));
  }
  std::int64_t seen() const { return seen_; }

 private:
  class Outputs final : public NetworkOutputs {
   public:
    Outputs(const GoldenBackend& backend, torch::Tensor logits, torch::Tensor boxes)
        : backend_(backend), logits_(std::move(logits)), boxes_(std::move(boxes)) {}
    std::vector<Detections> detections(std::span<const ImageSize> sizes) const override {
      std::vector<Detections> found;
      for (const Predictions& view :
           top_k_decode({.logits = logits_, .boxes = boxes_, .query_index = {}},
                        {sizes.begin(), sizes.end()},
                        backend_.top_))
        found.push_back(to_detections(view, backend_.model_.classes));
      return found;
    }

   private:
    const GoldenBackend& backend_;
    torch::Tensor logits_, boxes_;
  };

  BackendModel model_;
  std::int64_t top_;
  std::int64_t seen_ = 0;
  torch::Tensor logits_, boxes_;
};

TEST(SahiGolden, EqualsThePageConformantResults) {
  SAKER_GOLDEN(path, "sahi/postprocess.json");
  const Json golden = test::read_json(path);
  for (const auto& entry : golden["sahi"]) {
    SCOPED_TRACE(entry["raw_tag"].get<std::string>());
    for (const std::int64_t batch_size : {1, 3, 64}) {
      GoldenBackend backend(golden, entry);
      TiledPrediction prediction(
          backend,
          {.overlap = entry["overlap"], .threshold = entry["threshold"], .batch_size = batch_size});
      prediction.add(*rows_of(Image(entry["in"][0], entry["in"][1], 3, PixelType::kU8)));
      const Detections found = prediction.finish().front();
      EXPECT_EQ(backend.seen(), entry["batch"].get<std::int64_t>());
      const Json& expected = entry["out_page_conformant"];
      ASSERT_EQ(found.labels, expected["labels"].get<std::vector<std::int64_t>>());
      for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_NEAR(found.scores[i], expected["scores"][i].get<float>(), 1e-6) << i;
        const Json& box = expected["bboxes"][i];
        EXPECT_NEAR(found.bboxes[i].x1, box[0].get<float>(), 1e-3) << i;
        EXPECT_NEAR(found.bboxes[i].y1, box[1].get<float>(), 1e-3) << i;
        EXPECT_NEAR(found.bboxes[i].x2, box[2].get<float>(), 1e-3) << i;
        EXPECT_NEAR(found.bboxes[i].y2, box[3].get<float>(), 1e-3) << i;
      }
    }
  }
}

class SahiModel : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const auto detector = make_detector(
        {.model_name = GetParam(), .image_size = {128, 128}, .classes = {{5, "a"}, {2, "b"}}},
        {},
        0);
    ExportedModel file;
    file.model_class_path = detector->model_class_path();
    file.init_args = make_init_args(*detector);
    file.train_model = collect_state_dict(*detector).with_prefix("ema_model.model.");
    write_exported_model(folder_ / "model.pt", file);
  }
  Model load() const { return load_model((folder_ / "model.pt").string()); }

  test::TemporaryFolder folder_;
};

void expect_near(const Detections& found, const Detections& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found.scores[i], expected.scores[i], 1e-4) << i;
    EXPECT_NEAR(found.bboxes[i].x1, expected.bboxes[i].x1, 1e-2) << i;
    EXPECT_NEAR(found.bboxes[i].y2, expected.bboxes[i].y2, 1e-2) << i;
  }
}

// The view of the whole image alone is predict; its one tile repeats it, pixel by pixel.
TEST_P(SahiModel, RepeatsPredictOnAnImageOfTheTilesSize) {
  const Model model = load();
  const Image image = noise_image("sahi", 128, 128);
  const Detections all = model.predict(image, {.threshold = 0});
  ASSERT_GT(all.size(), 2U);
  const double threshold = 0.999 * static_cast<double>(all.scores[all.size() / 2]);
  const Detections alone = model.predict(image, {.threshold = threshold});
  const Detections tiled =
      model.predict_sahi(image, {.threshold = threshold, .nms_iou_threshold = 1});
  expect_near(tiled, alone);
}

TEST_P(SahiModel, ManyImagesAreAsOne) {
  const Model model = load();
  const std::vector<Image> images = {noise_image("a", 200, 150), noise_image("b", 90, 140)};
  const SahiArgs args{.threshold = 0, .batch_size = 3};
  const std::vector<Detections> together = model.predict_sahi_batch(images, args);
  ASSERT_EQ(together.size(), 2U);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Detections alone = model.predict_sahi(images[i], args);
    EXPECT_GT(alone.size(), 0U);
    EXPECT_EQ(together[i].size(), alone.size());
  }
  const std::string message =
      test::message_of(ErrorKind::kUsage, [&] { model.predict_sahi_batch({}); });
  EXPECT_TRUE(test::contains(message, "at least one")) << message;
}

INSTANTIATE_TEST_SUITE_P(Families,
                         SahiModel,
                         testing::Values("picodet/s-416", "dinov3/vitt16-notpretrained-ltdetr"));

}  // namespace
}  // namespace saker
