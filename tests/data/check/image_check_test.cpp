#include "data/check/image_check.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.hpp"
#include "image/encode.hpp"
#include "small_set.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;
using test::findings_of;
using test::severity_of;
using test::SmallSet;

class ImageCheck : public ::testing::Test {
 protected:
  void SetUp() override { set_.add_good("train", 2); }

  fs::path add(const std::string& name, std::span<const std::byte> bytes) {
    const fs::path path = set_.image_path("train/" + name);
    test::write_bytes(path, bytes);
    set_.add_label("train/" + path.stem().string() + ".txt", "0 0.5 0.5 0.5 0.5\n");
    return path;
  }

  // The only finding of that kind.
  DataFinding found(const std::string& kind) const {
    const DataCheckReport report = set_.check({"train"});
    const std::vector<DataFinding> findings = findings_of(report, kind);
    EXPECT_EQ(findings.size(), 1U);
    return findings.empty() ? DataFinding() : findings[0];
  }

  SmallSet set_;
  std::vector<std::byte> jpeg_ = encode_jpeg(test::picture(64, 48, 77));
};

TEST_F(ImageCheck, TruncatedFilesOfEachFormat) {
  const std::vector<std::byte> png = encode_png(test::picture(64, 48, 78));
  const fs::path a = add("a.jpg", std::span(jpeg_).first(jpeg_.size() * 2 / 3));
  const fs::path b = add("b.png", std::span(png).first(png.size() * 2 / 3));
  const std::vector<DataFinding> findings = findings_of(set_.check({"train"}), "image-damaged");
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].file, a);
  EXPECT_EQ(findings[0].message, "the JPEG data end too early; the file is truncated");
  EXPECT_EQ(findings[1].file, b);
  EXPECT_EQ(findings[1].message, "the PNG data end too early; the file is truncated");
}

TEST_F(ImageCheck, EmptyAndOtherContent) {
  const fs::path empty = add("empty.jpg", {});
  const std::string page = "<html>404 not found</html>";
  const fs::path text = add("page.jpg", std::as_bytes(std::span(page)));
  EXPECT_EQ(found("image-empty").file, empty);
  EXPECT_EQ(found("image-damaged").file, text);
  EXPECT_NE(found("image-damaged").message.find("no supported format"), std::string::npos);
}

TEST_F(ImageCheck, DamageThatTheDecoderGoesOver) {
  std::vector<std::byte> damaged = jpeg_;
  // An end marker in the coded data: what is behind it is lost.
  const std::size_t at = damaged.size() - 200;
  damaged[at] = std::byte{0xFF};
  damaged[at + 1] = std::byte{0xD9};
  const fs::path path = add("grey.jpg", damaged);
  const DataCheckReport report = set_.check({"train"});
  const DataFinding finding = findings_of(report, "image-partly-damaged")[0];
  EXPECT_EQ(finding.file, path);
  EXPECT_TRUE(finding.message.starts_with("the decoder says: ")) << finding.message;
  EXPECT_EQ(severity_of(report, "image-partly-damaged"), FindingSeverity::kWarning);
}

TEST_F(ImageCheck, LinksIntoNothingAndPipes) {
  const fs::path link = set_.image_path("train/link.jpg");
  fs::create_symlink(set_.image_path("train/nowhere.jpg"), link);
  const fs::path pipe = set_.image_path("train/pipe.jpg");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const std::vector<DataFinding> findings = findings_of(set_.check({"train"}), "image-unreadable");
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].file, link);
  EXPECT_NE(findings[0].message.find("No such file"), std::string::npos);
  EXPECT_EQ(findings[1].file, pipe);
  EXPECT_NE(findings[1].message.find("pipe"), std::string::npos);
}

TEST_F(ImageCheck, FilesWithoutTheRightToRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const fs::path path = add("locked.jpg", jpeg_);
  fs::permissions(path, fs::perms::none);
  EXPECT_EQ(found("image-unreadable").file, path);
}

TEST_F(ImageCheck, AnotherFormatThanTheExtensionSays) {
  const fs::path path = add("jpeg.png", jpeg_);
  const DataFinding finding = found("extension-differs");
  EXPECT_EQ(finding.file, path);
  EXPECT_EQ(finding.value, ".png");
  EXPECT_EQ(finding.message, "holds a JPEG image");
}

TEST_F(ImageCheck, OddSizes) {
  const fs::path strip = add("strip.jpg", encode_jpeg(test::picture(200, 50, 1)));
  const fs::path icon = add("icon.png", encode_png(test::picture(40, 16, 2)));
  add("limit.png", encode_png(test::picture(96, 32, 3)));
  EXPECT_EQ(found("image-shape").file, strip);
  EXPECT_EQ(found("image-shape").value, "200x50");
  EXPECT_EQ(found("image-small").file, icon);
}

TEST_F(ImageCheck, OrientationsAreTold) {
  const fs::path path = add("phone.jpg", test::jpeg_with_orientation(test::picture(64, 48, 9), 6));
  const DataFinding finding = found("image-rotated");
  EXPECT_EQ(finding.file, path);
  EXPECT_EQ(finding.value, "6");
  EXPECT_NE(finding.message.find("48x64"), std::string::npos) << finding.message;
}

TEST_F(ImageCheck, FactsAreOfTheUprightImage) {
  Findings findings;
  const fs::path path = add("phone.jpg", test::jpeg_with_orientation(test::picture(64, 48, 9), 8));
  const CheckedImage image = check_image(path.string(), "train", findings);
  ASSERT_TRUE(image.facts);
  EXPECT_EQ(image.facts->width, 48);
  EXPECT_EQ(image.facts->height, 64);
  EXPECT_TRUE(image.facts->axes_swap());
  EXPECT_TRUE(image.hash);
}

TEST_F(ImageCheck, QuickReadsNoImage) {
  add("page.jpg", {});
  const DataCheckReport report = set_.check({"train"}, true);
  EXPECT_TRUE(report.groups.empty()) << report.groups[0].kind;
  EXPECT_EQ(report.splits[0].decoded_images, 0);
}

}  // namespace
}  // namespace saker
