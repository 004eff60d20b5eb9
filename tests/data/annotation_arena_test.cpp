#include "data/annotation_arena.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "core/random_stream.hpp"

namespace saker {
namespace {

void expect_same_bits(double a, double b) {
  EXPECT_EQ(std::memcmp(&a, &b, sizeof a), 0) << a << " " << b;
}

void expect_round_trip(const Annotations& annotations) {
  AnnotationArena arena;
  arena.append(Annotations{});
  arena.append(annotations);
  arena.append(Annotations{});
  ASSERT_EQ(arena.size(), 3U);
  EXPECT_TRUE(arena.at(0).boxes.empty());
  EXPECT_TRUE(arena.at(2).classes.empty());
  const Annotations back = arena.at(1);
  EXPECT_EQ(back.classes, annotations.classes);
  ASSERT_EQ(back.boxes.size(), annotations.boxes.size());
  for (std::size_t i = 0; i < back.boxes.size(); ++i) {
    expect_same_bits(back.boxes[i].center_x, annotations.boxes[i].center_x);
    expect_same_bits(back.boxes[i].center_y, annotations.boxes[i].center_y);
    expect_same_bits(back.boxes[i].width, annotations.boxes[i].width);
    expect_same_bits(back.boxes[i].height, annotations.boxes[i].height);
  }
}

TEST(AnnotationArena, GivesBackExactlyWhatWasPutIn) {
  expect_round_trip({{{0.716797, 0.395833, 0.216406, 0.147222}}, {0}});
  expect_round_trip({{{1.0 / 3, 0.5, 0.1, 2e-17}, {0.1, 0.2, 0.3, 0.4}}, {127, 128}});
  expect_round_trip({{{-0.5, -0.0, 1e300, 3.0}}, {1000000}});
  const double infinity = std::numeric_limits<double>::infinity();
  expect_round_trip({{{std::nan(""), infinity, -infinity, 0.0}}, {1}});
}

TEST(AnnotationArena, DecimalsOfUpToNineDigitsAreExactAndSmall) {
  RandomStream draws({.seed = 1, .purpose = "decimals", .epoch = 0, .index = 0});
  for (int digits = 1; digits <= 9; ++digits) {
    AnnotationArena arena;
    Annotations annotations;
    for (int i = 0; i < 8; ++i) {
      std::array<double, 4> numbers{};
      for (double& number : numbers) {
        std::string decimal = "0.";
        for (int d = 0; d < digits; ++d) {
          decimal.push_back(static_cast<char>('0' + draws.uniform_int(0, 9)));
        }
        number = std::stod(decimal);
      }
      annotations.boxes.push_back({numbers[0], numbers[1], numbers[2], numbers[3]});
      annotations.classes.push_back(i);
    }
    expect_round_trip(annotations);
    arena.append(annotations);
    arena.shrink_to_fit();
    EXPECT_LE(arena.memory_bytes(), 160U);
  }
}

TEST(AnnotationArena, PixelsGiveTheFractionsOfTheirImageExactly) {
  const PixelSize image{640, 427};
  // Few decimals, many, and more than four bytes hold.
  for (const double x : {10.0, 473.07, 1.0 / 3, -0.5, 1e12}) {
    const PixelAnnotations pixels{
        .image = image, .boxes = {{x, 20.25, 40, 30}, {0, 0, 640, 427}}, .classes = {3, 200}};
    AnnotationArena arena;
    arena.append(pixels);
    arena.append(Annotations{{{0.5, 0.5, 0.1, 0.1}}, {0}});
    const Annotations back = arena.at(0);
    EXPECT_EQ(back.classes, pixels.classes);
    EXPECT_EQ(back.boxes[0], normalized(pixels.boxes[0], image)) << x;
    EXPECT_EQ(back.boxes[1], (NormalizedBox{0.5, 0.5, 1, 1}));
    EXPECT_EQ(arena.image_size(0), image);
    EXPECT_EQ(arena.image_size(1), std::nullopt);
  }
}

TEST(AnnotationArena, PixelsOfCocoFilesAreSmall) {
  PixelAnnotations pixels{.image = {640, 480}, .boxes = {}, .classes = {}};
  for (int i = 0; i < 8; ++i) {
    pixels.boxes.push_back({10.07 + i, 473.5, 38.65, 28.67});
    pixels.classes.push_back(i);
  }
  AnnotationArena arena;
  arena.append(pixels);
  arena.shrink_to_fit();
  EXPECT_LT(arena.memory_bytes(), 200U);
}

}  // namespace
}  // namespace saker
