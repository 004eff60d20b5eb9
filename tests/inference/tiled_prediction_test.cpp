#include "inference/tiled_prediction.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "core/random_stream.hpp"
#include "error_message.hpp"
#include "fake_backend.hpp"
#include "inference/merge_detections.hpp"

namespace saker {
namespace {

using test::FakeBackend;
using test::FakeNetwork;

constexpr ImageSize kInput{64, 64};

// Squares of one colour of their own on black: the first channel is 1, the second says which.
struct Squares {
  std::int64_t side = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> corners;  // x, y
};

Image draw(std::int64_t height, std::int64_t width, const Squares& squares) {
  Image image(height, width, 3, PixelType::kF32);
  const auto values = image.mutable_f32();
  for (std::size_t i = 0; i < squares.corners.size(); ++i) {
    const auto [left, top] = squares.corners[i];
    for (std::int64_t y = top; y < top + squares.side; ++y) {
      for (std::int64_t x = left; x < left + squares.side; ++x) {
        const auto pixel = static_cast<std::size_t>((y * width + x) * 3);
        values[pixel] = 1;
        values[pixel + 1] = static_cast<float>(i + 1) / 256;
      }
    }
  }
  return image;
}

// Finds every square that it sees a part of; the score is the part's share of the whole. Views that
// are resized have mixed colours at the edges, which it leaves out.
FakeNetwork finds_squares(std::int64_t side) {
  return [side](std::span<const float> chw, const NetworkInput& input) {
    const std::int64_t width = input.size.width, plane = input.size.height * width;
    std::vector<Box> boxes(257);
    std::vector<std::int64_t> areas(257);
    for (std::int64_t i = 0; i < plane; ++i) {
      if (chw[static_cast<std::size_t>(i)] < 0.999F) continue;
      const auto which =
          static_cast<std::size_t>(chw[static_cast<std::size_t>(plane + i)] * 256 + 0.5F);
      const auto x = static_cast<float>(i % width), y = static_cast<float>(i / width);
      Box& box = boxes[which];
      box = areas[which]++ == 0 ? Box{x, y, x + 1, y + 1}
                                : Box{std::min(box.x1, x),
                                      std::min(box.y1, y),
                                      std::max(box.x2, x + 1),
                                      std::max(box.y2, y + 1)};
    }
    Detections found;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      if (areas[i] == 0) continue;
      found.add(0, boxes[i], static_cast<float>(areas[i]) / static_cast<float>(side * side));
    }
    return found;
  };
}

std::vector<Box> sorted(std::vector<Box> boxes) {
  std::sort(boxes.begin(), boxes.end(), [](const Box& a, const Box& b) {
    return std::pair(a.y1, a.x1) < std::pair(b.y1, b.x1);
  });
  return boxes;
}

std::vector<Box> boxes_of(const Squares& squares) {
  std::vector<Box> boxes;
  for (const auto& [x, y] : squares.corners) {
    boxes.push_back({static_cast<float>(x),
                     static_cast<float>(y),
                     static_cast<float>(x + squares.side),
                     static_cast<float>(y + squares.side)});
  }
  return sorted(boxes);
}

Detections predict(FakeBackend& backend, const Image& image, const SahiArgs& args) {
  TiledPrediction prediction(backend, args);
  prediction.add(*rows_of(image));
  return prediction.finish().front();
}

// Tiles of 64 begin at 0, 51, 102, ...; squares of 12 lie before, on and behind every border.
TEST(TiledPrediction, FindsWhatTileBordersCutOnce) {
  Squares squares{.side = 12, .corners = {}};
  for (std::int64_t y = 1; y < 180; y += 17) {
    for (std::int64_t x = 2; x < 240; x += 17) squares.corners.emplace_back(x, y);
  }
  const Image image = draw(200, 260, squares);
  for (const bool global_view : {true, false}) {
    FakeBackend backend(kInput, finds_squares(squares.side));
    const Detections found = predict(backend, image, {.global_view = global_view});
    EXPECT_EQ(sorted(found.bboxes), boxes_of(squares));
  }
}

// Larger than what two tiles share, so that no tile holds it.
TEST(TiledPrediction, MergesThePartsOfWhatNoTileHolds) {
  const Squares square{.side = 80, .corners = {{20, 20}}};
  const Image image = draw(120, 120, square);
  FakeBackend backend(kInput, finds_squares(square.side));
  const SahiArgs parts{.overlap = 0.5, .threshold = 0.1, .global_view = false};
  EXPECT_GT(predict(backend, image, parts).size(), 1U);
  SahiArgs merged = parts;
  merged.merge = BoxMerge::kNmm;
  merged.overlap_measure = BoxOverlap::kIos;
  EXPECT_EQ(predict(backend, image, merged).bboxes, boxes_of(square));
  // The view of the whole image has it, and the parts go.
  SahiArgs whole = parts;
  whole.global_view = true;
  const Detections found = predict(backend, image, whole);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found.bboxes[0].x1, 20, 2);
  EXPECT_NEAR(found.bboxes[0].y2, 100, 2);
}

Squares scattered(std::uint64_t seed, std::int64_t height, std::int64_t width) {
  RandomStream random({.seed = seed, .purpose = "squares"});
  Squares squares{.side = 16, .corners = {}};
  for (int i = 0; i < 60; ++i)
    squares.corners.emplace_back(random.uniform_int(0, width - 16),
                                 random.uniform_int(0, height - 16));
  return squares;
}

TEST(TiledPrediction, AnyBatchSizeGivesTheSame) {
  const Squares squares = scattered(1, 150, 210);
  const Image image = draw(150, 210, squares);
  FakeBackend one(kInput, finds_squares(16));
  const Detections expected = predict(one, image, {.threshold = 0.2, .batch_size = 1});
  const std::size_t views = one.batch_sizes().size();
  EXPECT_EQ(views, 3U * 4U + 1U);
  EXPECT_GT(expected.size(), 20U);
  for (const std::int64_t batch_size : {2, 5, 13, 100}) {
    FakeBackend backend(kInput, finds_squares(16));
    const Detections found = predict(backend, image, {.threshold = 0.2, .batch_size = batch_size});
    EXPECT_EQ(found.bboxes, expected.bboxes);
    EXPECT_EQ(found.scores, expected.scores);
    std::int64_t seen = 0;
    for (const std::int64_t count : backend.batch_sizes()) {
      EXPECT_LE(count, batch_size);
      seen += count;
    }
    EXPECT_EQ(static_cast<std::size_t>(seen), views);
  }
}

TEST(TiledPrediction, ImagesShareBatchesAndStayApart) {
  FakeBackend backend(kInput, finds_squares(16));
  const SahiArgs args{.threshold = 0.2, .batch_size = 4};
  TiledPrediction together(backend, args);
  std::vector<Detections> expected;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const std::int64_t height = 70 + 20 * static_cast<std::int64_t>(seed);
    const Image image = draw(height, 90, scattered(seed, height, 90));
    together.add(*rows_of(image));
    FakeBackend alone(kInput, finds_squares(16));
    expected.push_back(predict(alone, image, args));
  }
  const std::vector<Detections> found = together.finish();
  ASSERT_EQ(found.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(found[i].bboxes, expected[i].bboxes);
}

// Which tile comes first decides between equal scores alone.
TEST(TiledPrediction, OrderOfTilesDoesNotMatter) {
  RandomStream random({.seed = 3, .purpose = "order"});
  Detections tiles;
  for (int i = 0; i < 400; ++i) {
    const auto x = static_cast<float>(random.uniform(0, 200));
    const auto y = static_cast<float>(random.uniform(0, 200));
    tiles.add(i % 3, {x, y, x + 20, y + 15}, static_cast<float>(i + 1) / 500);
  }
  const Detections expected = combine_views({}, tiles, {});
  for (int round = 0; round < 5; ++round) {
    Detections shuffled;
    for (const std::int64_t i : random.permutation(400)) {
      const auto k = static_cast<std::size_t>(i);
      shuffled.add(tiles.labels[k], tiles.bboxes[k], tiles.scores[k]);
    }
    const Detections found = combine_views({}, shuffled, {});
    EXPECT_EQ(found.bboxes, expected.bboxes);
    EXPECT_EQ(found.scores, expected.scores);
  }
}

// One tile that equals the view of the whole image adds nothing.
TEST(TiledPrediction, ImageOfATilesSizeIsSeenTwice) {
  const Squares squares{.side = 16, .corners = {{3, 4}, {30, 40}}};
  FakeBackend backend(kInput, finds_squares(16));
  EXPECT_EQ(predict(backend, draw(64, 64, squares), {}).bboxes.size(), 2U);
  EXPECT_EQ(backend.batch_sizes(), (std::vector<std::int64_t>{2}));
}

// A small image is enlarged for its tiles; boxes come back in its own pixels.
TEST(TiledPrediction, BoxesOfEnlargedImagesAreInTheirPixels) {
  const Squares squares{.side = 16, .corners = {{8, 8}, {30, 12}}};
  FakeBackend backend(kInput, finds_squares(32));
  const Detections found =
      predict(backend, draw(32, 64, squares), {.threshold = 0.5, .global_view = false});
  ASSERT_EQ(found.size(), 2U);
  const std::vector<Box> boxes = sorted(found.bboxes);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(boxes[i].x1, boxes_of(squares)[i].x1, 1.01);
    EXPECT_NEAR(boxes[i].y2, boxes_of(squares)[i].y2, 1.01);
  }
}

TEST(TiledPrediction, ThresholdIsComparedAsTheModelDoes) {
  const Squares squares{.side = 16, .corners = {{8, 8}}};
  const SahiArgs args{.threshold = 1.0};
  FakeBackend backend(kInput, finds_squares(16));
  EXPECT_TRUE(predict(backend, draw(64, 64, squares), args).empty());
  backend.mutable_model().threshold_inclusive = true;
  EXPECT_EQ(predict(backend, draw(64, 64, squares), args).size(), 1U);
}

TEST(TiledPrediction, ArgumentsOutOfRangeAreNamed) {
  const std::pair<SahiArgs, const char*> cases[] = {
      {{.overlap = 1.0}, "overlap"},
      {{.overlap = -0.1}, "overlap"},
      {{.threshold = 1.5}, "threshold"},
      {{.nms_iou_threshold = -1}, "nms_iou_threshold"},
      {{.global_local_iou_threshold = 2}, "global_local_iou_threshold"},
      {{.tile_size = TileSize{0, 8}}, "tile_size"},
      {{.batch_size = 0}, "batch_size"}};
  FakeBackend backend(kInput, finds_squares(16));
  for (const auto& [args, name] : cases) {
    const std::string message = test::message_of(
        ErrorKind::kUsage, [&args = args, &backend] { TiledPrediction(backend, args); });
    EXPECT_TRUE(test::contains(message, name)) << message;
  }
}

}  // namespace
}  // namespace saker
