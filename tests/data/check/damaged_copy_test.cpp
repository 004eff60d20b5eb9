// A data set with one file in a hundred broken, each in another way: all of it is found, and
// nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>

#include "core/file.hpp"
#include "data/synth/dataset.hpp"
#include "golden.hpp"
#include "saker/data_check.hpp"
#include "small_set.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

using Found = std::tuple<std::string, std::string, std::int64_t>;  // kind, file, line

std::set<Found> found_in(const fs::path& data_yaml) {
  std::set<Found> found;
  const DataCheckReport report = check_data({.data = {.path = data_yaml.string()}});
  for (const DataFindingGroup& group : report.groups) {
    for (const DataFinding& finding : group.findings)
      found.emplace(group.kind, finding.file, finding.line);
  }
  return found;
}

class Damage {
 public:
  explicit Damage(const fs::path& root)
      : images_(root / "images/train"), labels_(root / "labels/train") {
    for (const auto& entry : fs::directory_iterator(images_))
      stems_.push_back(entry.path().stem().string());
    std::ranges::sort(stems_);
  }

  // Breaks one file in each of twelve ways.
  void run() {
    const auto cut = read_file(next_image());
    write_image(std::span(cut).first(cut.size() * 3 / 5), "image-damaged");
    write_image({}, "image-empty");
    const std::string page = "<!doctype html><title>404</title>";
    write_image(std::as_bytes(std::span(page)), "image-damaged");
    fs::remove(next_image());
    expect("label-without-image", label());
    const fs::path original = next_image();
    fs::copy_file(original, next_image(), fs::copy_options::overwrite_existing);
    expect("image-copy", original);
    append("0, 0.5, 0.5, 0.2, 0.2", "label-syntax");
    append("99 0.5 0.5 0.2 0.2", "class-unknown");
    append("0 320 200 64 48", "box-outside");
    append("0 nan 0.5 0.2 0.2", "box-degenerate");
    append("0 0.31 0.42 -0.2 0.2", "box-degenerate");
    append("0 0.1 0.1 0.4 0.1 0.4 0.5 0.1 0.5", "label-polygon");
    next_image();
    fs::remove(label());
    expect("label-missing", label());
  }

  const std::set<Found>& expected() const { return expected_; }
  std::size_t files() const { return used_; }

 private:
  // Every fifth image, so that broken files do not lie side by side.
  fs::path next_image() {
    stem_ = stems_.at(used_++ * 5);
    return images_ / (stem_ + ".jpg");
  }
  fs::path label() const { return labels_ / (stem_ + ".txt"); }

  void expect(const std::string& kind, const fs::path& file, std::int64_t line = 0) {
    expected_.emplace(kind, file.string(), line);
  }

  void write_image(std::span<const std::byte> bytes, const std::string& kind) {
    const fs::path path = next_image();
    test::write_bytes(path, bytes);
    expect(kind, path);
  }

  void append(const std::string& line, const std::string& kind) {
    next_image();
    std::string text = read_text_file(label());
    if (!text.empty() && text.back() != '\n') text += '\n';
    const auto lines = std::ranges::count(text, '\n');
    test::write_text(label(), text + line + "\n");
    expect(kind, label(), lines + 1);
  }

  fs::path images_, labels_;
  std::vector<std::string> stems_;
  std::string stem_;
  std::size_t used_ = 0;
  std::set<Found> expected_;
};

void expect_all_damage_found(const fs::path& data_yaml) {
  const std::set<Found> before = found_in(data_yaml);
  Damage damage(fs::canonical(data_yaml.parent_path()));
  damage.run();
  EXPECT_GE(damage.files(), 12U);
  std::set<Found> found;
  for (const Found& finding : found_in(data_yaml)) {
    if (!before.contains(finding)) found.insert(finding);
  }
  for (const auto& [kind, file, line] : damage.expected())
    EXPECT_TRUE(found.contains({kind, file, line}))
        << kind << " not found: " << file << ':' << line;
  for (const auto& [kind, file, line] : found)
    EXPECT_TRUE(damage.expected().contains({kind, file, line}))
        << kind << " found where nothing is: " << file << ':' << line;
}

TEST(DamagedCopy, OfDrawnScenes) {
  const test::TemporaryFolder folder;
  expect_all_damage_found(write_synthetic_dataset({.out = folder / "data",
                                                   .train_images = 600,
                                                   .val_images = 40,
                                                   .test_images = 0,
                                                   .image_width = 96,
                                                   .image_height = 64})
                              .data_yaml);
}

TEST(DamagedCopy, OfMicroscopeImages) {
  const fs::path bccd = test::data_path("bccd");
  if (bccd.empty()) GTEST_SKIP() << "bccd is not there";
  const test::TemporaryFolder folder;
  fs::copy(bccd, folder / "data", fs::copy_options::recursive);
  for (const auto& entry : fs::recursive_directory_iterator(folder / "data"))
    fs::permissions(entry, fs::perms::owner_write, fs::perm_options::add);
  expect_all_damage_found(folder / "data/data.yaml");
}

}  // namespace
}  // namespace saker
