// LTDETR through the public face: files of the reference and our own, and what predict makes of
// them.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "api/model_source.hpp"
#include "detectors/init_args.hpp"
#include "detectors/registry.hpp"
#include "error_message.hpp"
#include "fill.hpp"
#include "golden.hpp"
#include "nn/processor_level.hpp"
#include "saker/error.hpp"
#include "saker/image.hpp"
#include "saker/model.hpp"
#include "temporary_folder.hpp"
#include "weights/exported_model.hpp"

namespace saker {
namespace {

constexpr const char* kTinyFile = "ltdetr/checkpoint/exported_tiny.pt";

// The fill rule's values in channel-first order.
Image uniform_image(const std::string& name, std::int64_t height, std::int64_t width) {
  const std::vector<float> chw = test::uniform(name, 3 * height * width);
  Image image(height, width, 3, PixelType::kF32);
  const auto values = image.mutable_f32();
  const auto plane = static_cast<std::size_t>(height * width);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = chw[i % 3 * plane + i / 3];
  return image;
}

PickleDict with_key(const PickleValue& dict, const std::string& key, PickleValue value) {
  PickleDict result;
  bool found = false;
  for (const auto& [own_key, own_value] : dict.as_dict().items) {
    const bool same = own_key.is_string() && own_key.as_string() == key;
    found = found || same;
    result.set(own_key, same ? value : own_value);
  }
  if (!found) result.set(key, std::move(value));
  return result;
}

class LtdetrFile : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path path = test::golden_path(kTinyFile);
    if (path.empty()) GTEST_SKIP() << "golden file " << kTinyFile << " is not here";
    model_ = read_exported_model(path);
  }

  // The golden file with what a test changed in model_.
  std::string write() const {
    const std::string path = (folder_ / "changed.pt").string();
    write_exported_model(path, model_);
    return path;
  }
  std::string error_of(ErrorKind kind) const {
    const std::string path = write();
    try {
      load_model(path);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      EXPECT_TRUE(std::string(error.what()).starts_with(path)) << error.what();
      return error.what();
    }
    return "no error";
  }
  void set_init_arg(const std::string& key, PickleValue value) {
    model_.init_args = with_key(model_.init_args, key, std::move(value));
  }

  ExportedModel model_;
  test::TemporaryFolder folder_;
};

TEST_F(LtdetrFile, PredictsAsTheReference) {
  const auto golden =
      test::read_safetensors(test::golden_path("ltdetr/checkpoint/exported_tiny.safetensors"));
  const Model model = load_model(test::golden_path(kTinyFile).string());
  EXPECT_EQ(model.classes(), (ClassNames{{1, "person"}, {4, "bicycle"}, {7, "car"}}));
  EXPECT_EQ(model.info().image_height, 56);
  EXPECT_EQ(model.info().image_width, 84);
  EXPECT_EQ(model.info().channels, 3);
  const Detections found = model.predict(uniform_image("image", 56, 84), {.threshold = 0});
  const auto labels = golden.at("det.labels").as<std::int64_t>();
  const auto boxes = golden.at("det.bboxes").as<float>();
  const auto scores = golden.at("det.scores").as<float>();
  ASSERT_EQ(found.size(), labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    EXPECT_NEAR(found.scores[i], scores[i], 1e-4) << i;
    EXPECT_EQ(found.labels[i], labels[i]) << i;
    EXPECT_NEAR(found.bboxes[i].x1, boxes[4 * i], 1e-2) << i;
    EXPECT_NEAR(found.bboxes[i].y1, boxes[4 * i + 1], 1e-2) << i;
    EXPECT_NEAR(found.bboxes[i].x2, boxes[4 * i + 2], 1e-2) << i;
    EXPECT_NEAR(found.bboxes[i].y2, boxes[4 * i + 3], 1e-2) << i;
  }
}

TEST_F(LtdetrFile, ComesBackAsItWas) {
  const auto detector = load_detector(read_model_file(test::golden_path(kTinyFile)));
  EXPECT_EQ(detector->model_class_path(), model_.model_class_path);
  EXPECT_TRUE(PickleValue(make_init_args(*detector)) == model_.init_args);
  const StateDict stored = model_.model_weights(), own = collect_state_dict(*detector);
  ASSERT_EQ(own.size(), stored.size());
  for (std::size_t i = 0; i < own.size(); ++i) {
    EXPECT_EQ(own.entries()[i].first, stored.entries()[i].first);
    EXPECT_TRUE(own.entries()[i].second.equal(stored.entries()[i].second)) << i;
  }
}

TEST_F(LtdetrFile, ThresholdIsStrict) {
  const Model model = load_model(test::golden_path(kTinyFile).string());
  const Image image = uniform_image("image", 56, 84);
  const Detections all = model.predict(image, {.threshold = 0});
  const auto third = static_cast<double>(all.scores[2]);
  EXPECT_EQ(model.predict(image, {.threshold = third}).size(), 2U);
}

TEST_F(LtdetrFile, TakesImagesOfAnySizeAndGray) {
  const Model model = load_model(test::golden_path(kTinyFile).string());
  Image gray(30, 200, 1, PixelType::kU8);
  for (std::size_t i = 0; i < gray.value_count(); ++i)
    gray.mutable_u8()[i] = static_cast<std::uint8_t>(i % 251);
  const std::vector<Image> images = {uniform_image("a", 20, 30), gray, uniform_image("b", 300, 90)};
  const std::vector<Detections> together = model.predict_batch(images, {.threshold = 0});
  ASSERT_EQ(together.size(), 3U);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Detections alone = model.predict(images[i], {.threshold = 0});
    ASSERT_EQ(together[i].size(), alone.size());
    for (std::size_t k = 0; k < alone.size(); ++k) {
      EXPECT_NEAR(together[i].scores[k], alone.scores[k], 1e-4);
      EXPECT_NEAR(together[i].bboxes[k].x2, alone.bboxes[k].x2, 1e-3);
    }
  }
  EXPECT_TRUE(model.predict_batch({}, {}).empty());
  EXPECT_THROW(model.predict(Image(8, 8, 4, PixelType::kU8)), Error);
}

TEST_F(LtdetrFile, PredictsInBfloat16) {
  const std::string path = test::golden_path(kTinyFile).string();
  const Image image = uniform_image("image", 56, 84);
  if (best_bfloat16_level() == Bfloat16Level::kNone) {
    EXPECT_THROW(load_model(path, {.precision = "bf16"}), Error);
    GTEST_SKIP() << "this processor has no bfloat16";
  }
  const Detections exact = load_model(path).predict(image, {.threshold = 0});
  const Model model = load_model(path, {.precision = "bf16"});
  const Detections found = model.predict(image, {.threshold = 0});
  ASSERT_EQ(found.size(), exact.size());
  double difference = 0;
  // Random weights give scores so close that their order changes; sorted, they are compared.
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found.scores[i], exact.scores[i], 0.02) << i;
    difference += std::abs(static_cast<double>(found.scores[i] - exact.scores[i]));
  }
  EXPECT_GT(difference, 0);
  // Models that are loaded afterwards are not affected.
  EXPECT_EQ(load_model(path).predict(image, {.threshold = 0}).scores, exact.scores);
}

TEST_F(LtdetrFile, UnknownPrecisionsAreRefused) {
  try {
    load_model("no such file", {.precision = "int4"});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_EQ(std::string(error.what()),
              "precision 'int4' is not known; predictions are made in fp32 or bf16");
  }
}

TEST_F(LtdetrFile, WithoutNormalisationKeepsPixels) {
  // An image that ImageNet's constants map to the other one's pixels gives the same detections.
  const Image image = uniform_image("image", 56, 84);
  Image normalized = image;
  const float mean[] = {0.485F, 0.456F, 0.406F}, std[] = {0.229F, 0.224F, 0.225F};
  const auto values = normalized.mutable_f32();
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = (values[i] - mean[i % 3]) / std[i % 3];
  const Detections expected =
      load_model(test::golden_path(kTinyFile).string()).predict(image, {.threshold = 0});
  set_init_arg("image_normalize", nullptr);
  const Detections found = load_model(write()).predict(normalized, {.threshold = 0});
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found.scores[i], expected.scores[i], 1e-5);
}

TEST_F(LtdetrFile, IsReadUnderTheClassesOfOlderVersions) {
  for (const char* name :
       {"dinov3_ltdetr_object_detection.task_model.DINOv3LTDETRObjectDetection",
        "dinov2_ltdetr_object_detection.task_model.DINOv2LTDETRObjectDetection"}) {
    model_.model_class_path = std::string("lightly_train._task_models.") + name;
    EXPECT_NO_THROW(load_model(write())) << name;
  }
  model_.model_class_path += "X";
  EXPECT_TRUE(test::contains(error_of(ErrorKind::kCheckpoint), "is no detector"));
  model_.model_class_path = "a.b.DINOv2LTDETRDSPObjectDetection";
  EXPECT_TRUE(test::contains(error_of(ErrorKind::kUnsupported), "not offered"));
}

TEST_F(LtdetrFile, WeightsWithoutMovingAverageAreRead) {
  StateDict plain;
  for (const auto& [name, tensor] : model_.model_weights()) plain.add("model." + name, tensor);
  plain.add("criterion.weight", torch::zeros({3}));
  model_.train_model = plain;
  EXPECT_NO_THROW(load_model(write()));
}

TEST_F(LtdetrFile, SaysWhatIsWrongWithIt) {
  const ExportedModel intact = model_;
  const auto expect = [&](const char* part, ErrorKind kind = ErrorKind::kCheckpoint) {
    const std::string message = error_of(kind);
    EXPECT_TRUE(test::contains(message, part)) << message;
    model_ = intact;
  };
  set_init_arg("model_name", "dinov9/vitt16-ltdetr");
  expect("dinov9/vitt16-ltdetr");
  set_init_arg("model_name", "dinov2/vitg14-ltdetr");
  expect("not offered");
  set_init_arg("image_size", PickleTuple{{60, 84}});
  expect("multiples of 28", ErrorKind::kUsage);
  set_init_arg("decoder_name", "yolo");
  expect("must be rtdetrv2 or dfine");
  set_init_arg("decoder_name", "dfine");
  expect("decoder.");
  set_init_arg("image_normalize", 3);
  expect("model_init_args.image_normalize");
  PickleDict two;
  two.set(1, "person");
  two.set(4, "bicycle");
  set_init_arg("classes", two);
  expect("another number of classes");

  StateDict fewer;
  for (const auto& [name, tensor] : intact.train_model) {
    if (!name.ends_with("enc_output.proj.bias")) fewer.add(name, tensor);
  }
  model_.train_model = fewer;
  expect("decoder.enc_output.proj.bias");
  StateDict more;
  for (const auto& [name, tensor] : intact.train_model) more.add(name, tensor);
  more.add("ema_model.model.decoder.surplus", torch::zeros({1}));
  model_.train_model = more;
  expect("decoder.surplus");
  StateDict other;
  other.add("model.fc.weight", torch::zeros({2, 2}));
  model_.train_model = other;
  expect("lack");
}

TEST_F(LtdetrFile, WarnsOfArgumentsThatItDoesNotKnow) {
  set_init_arg("from_the_future", 1);
  const Model model = load_model(write());
  ASSERT_EQ(model.info().warnings.size(), 1U);
  EXPECT_TRUE(test::contains(model.info().warnings[0], "from_the_future"));
}

struct Written {
  const char* name;
  ImageSize size;
};

class LtdetrRoundTrip : public testing::TestWithParam<Written> {};

TEST_P(LtdetrRoundTrip, LoadsWhatItWrote) {
  const DetectorSpec spec{.model_name = GetParam().name,
                          .image_size = GetParam().size,
                          .classes = {{5, "a"}, {2, "b"}}};
  const auto detector = make_detector(spec, {}, 0);
  detector->eval();
  ExportedModel file;
  file.model_class_path = detector->model_class_path();
  file.init_args = make_init_args(*detector);
  file.train_model = collect_state_dict(*detector).with_prefix("ema_model.model.");
  const test::TemporaryFolder folder;
  write_exported_model(folder / "model.pt", file);

  const Model model = load_model((folder / "model.pt").string());
  EXPECT_EQ(model.classes(), spec.classes);
  const Image image = uniform_image("image", spec.image_size.height, spec.image_size.width);
  const Detections found = model.predict(image, {.threshold = 0});
  const auto loaded = load_detector(read_model_file(folder / "model.pt"));
  const StateDict own = collect_state_dict(*loaded);
  for (const auto& [name, tensor] : collect_state_dict(*detector))
    ASSERT_TRUE(own.find(name)->equal(tensor)) << name;
  EXPECT_EQ(
      found.size(),
      detector->predict(torch::zeros({1, 3, image.height(), image.width()}), {spec.image_size})
          .front()
          .scores.size(0));
}

INSTANTIATE_TEST_SUITE_P(Families,
                         LtdetrRoundTrip,
                         testing::Values(Written{"dinov2/_vittest14-ltdetr", {56, 84}},
                                         Written{"dinov2/_vittest14-ltdetrv2", {56, 84}},
                                         Written{"dinov3/vitt16-notpretrained-ltdetr", {128, 160}},
                                         Written{"ltdetrv2-s-notpretrained", {160, 128}},
                                         Written{"dinov3/convnext-tiny-notpretrained-ltdetr",
                                                 {128, 128}}));

}  // namespace
}  // namespace saker
