#include "data/check/image_copies.hpp"

#include <gtest/gtest.h>

#include "small_set.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;
using test::findings_of;
using test::kinds_of;
using test::SmallSet;

void copy(const SmallSet& set, const std::string& from, const std::string& to, bool with_label) {
  fs::copy_file(set.image_path(from + ".jpg"), set.image_path(to + ".jpg"));
  if (with_label) fs::copy_file(set.label_path(from + ".txt"), set.label_path(to + ".txt"));
}

TEST(ImageCopies, WithinASplitAndAcross) {
  SmallSet set;
  set.add_good("train", 4);
  set.add_good("val", 3);
  copy(set, "train/good0", "train/z", true);
  copy(set, "train/good1", "val/y", true);
  copy(set, "train/good1", "val/z", true);
  const DataCheckReport report = set.check();
  EXPECT_EQ(kinds_of(report), (std::vector<std::string>{"image-copy", "image-copy-across-splits"}));
  const DataFinding within = findings_of(report, "image-copy")[0];
  EXPECT_EQ(within.file, set.image_path("train/good0.jpg"));
  EXPECT_EQ(within.others, std::vector<std::string>{set.image_path("train/z.jpg").string()});
  EXPECT_EQ(within.message, "2 files with the same bytes");
  const DataFinding across = findings_of(report, "image-copy-across-splits")[0];
  EXPECT_EQ(across.file, set.image_path("train/good1.jpg"));
  EXPECT_EQ(across.others,
            (std::vector<std::string>{set.image_path("val/y.jpg").string(),
                                      set.image_path("val/z.jpg").string()}));
}

TEST(ImageCopies, OtherLabelsAreTold) {
  SmallSet set;
  set.add_good("train", 4);
  copy(set, "train/good0", "train/z", false);
  set.add_label("train/z.txt", "1 0.7 0.5 0.25 0.25\n0 0.3 0.5 0.25 0.5\n");  // another order
  EXPECT_EQ(findings_of(set.check({"train"}), "image-copy")[0].message,
            "2 files with the same bytes");
  set.add_label("train/z.txt", "0 0.3 0.5 0.25 0.5\n0 0.7 0.5 0.25 0.25\n");  // another class
  EXPECT_EQ(findings_of(set.check({"train"}), "image-copy")[0].message,
            "2 files with the same bytes; their labels differ");
}

TEST(ImageCopies, SplitsThatShareAFolderAreReportedOnce) {
  SmallSet set;
  set.add_good("train", 4);
  set.data.val = "images/train";
  const DataCheckReport report = set.check();
  EXPECT_EQ(kinds_of(report), std::vector<std::string>{"splits-overlap"});
  EXPECT_EQ(findings_of(report, "splits-overlap")[0].value, "4");
}

}  // namespace
}  // namespace saker
