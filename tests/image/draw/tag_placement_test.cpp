#include "image/draw/tag_placement.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

bool overlap(const TagArea& a, const TagArea& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

TEST(PlaceTags, AboveTheBoxWhereThereIsRoom) {
  const std::vector<TagArea> boxes = {{40, 50, 100, 60}};
  const std::vector<TagArea> tags = {{0, 0, 30, 12}};
  const TagArea tag = place_tags(boxes, tags, 200, 200)[0];
  EXPECT_EQ(tag.x, 40);
  EXPECT_EQ(tag.y, 38);
}

TEST(PlaceTags, InsideOfTheImageForBoxesAtEachEdge) {
  const TagArea size = {0, 0, 50, 12};
  for (const TagArea& box : {TagArea{0, 0, 20, 20},
                             TagArea{180, 0, 20, 20},
                             TagArea{0, 180, 20, 20},
                             TagArea{180, 180, 20, 20},
                             TagArea{0, 0, 200, 200}}) {
    const TagArea tag = place_tags({&box, 1}, {&size, 1}, 200, 200)[0];
    EXPECT_GE(tag.x, 0);
    EXPECT_GE(tag.y, 0);
    EXPECT_LE(tag.x + tag.width, 200);
    EXPECT_LE(tag.y + tag.height, 200);
  }
}

TEST(PlaceTags, TagsOfNestedBoxesDoNotHideEachOther) {
  const std::vector<TagArea> boxes(4, TagArea{60, 60, 80, 80});
  const std::vector<TagArea> tags(4, TagArea{0, 0, 40, 12});
  const std::vector<TagArea> placed = place_tags(boxes, tags, 200, 200);
  for (std::size_t a = 0; a < placed.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b)
      EXPECT_FALSE(overlap(placed[a], placed[b])) << a << " " << b;
  }
}

TEST(PlaceTags, ASmallBoxIsNotHidden) {
  // A small box lies where the large one's tag would go.
  const std::vector<TagArea> boxes = {{50, 60, 120, 100}, {52, 44, 14, 12}};
  const std::vector<TagArea> tags = {{0, 0, 60, 16}, {0, 0, 30, 16}};
  const std::vector<TagArea> placed = place_tags(boxes, tags, 200, 200);
  EXPECT_FALSE(overlap(placed[0], boxes[1]));
  EXPECT_FALSE(overlap(placed[1], boxes[1]));
}

TEST(PlaceTags, ATagLargerThanTheImageBeginsAtItsEdge) {
  const TagArea box = {1, 1, 2, 2};
  const TagArea size = {0, 0, 50, 12};
  const TagArea tag = place_tags({&box, 1}, {&size, 1}, 4, 4)[0];
  EXPECT_EQ(tag.x, 0);
  EXPECT_EQ(tag.y, 0);
}

}  // namespace
}  // namespace saker
