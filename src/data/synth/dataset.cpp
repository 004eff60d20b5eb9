#include "data/synth/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/random_stream.hpp"
#include "data/synth/hard_scenes.hpp"
#include "data/synth/scene.hpp"
#include "image/encode.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMaxImages = 100000;
constexpr std::int64_t kMinSide = 32;
constexpr std::int64_t kMaxSide = 4096;

struct Split {
  std::string_view name;
  std::int64_t images;
  std::uint64_t key;  // the `epoch` of its random streams
};
constexpr std::uint64_t kHardKey = 3;

std::array<Split, 3> splits(const SyntheticDatasetSettings& settings) {
  return {{{"train", settings.train_images, 0},
           {"val", settings.val_images, 1},
           {"test", settings.test_images, 2}}};
}

void check_range(std::string_view name, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value < low || value > high) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} is {}, but must be between {} and {}", name, value, low, high));
  }
}

void check(const SyntheticDatasetSettings& settings) {
  if (settings.out.empty()) {
    throw Error(ErrorKind::kUsage, "out is empty; name the folder of the synthetic data set");
  }
  check_range("train_images", settings.train_images, 1, kMaxImages);
  check_range("val_images", settings.val_images, 1, kMaxImages);
  check_range("test_images", settings.test_images, 0, kMaxImages);
  check_range("image_width", settings.image_width, kMinSide, kMaxSide);
  check_range("image_height", settings.image_height, kMinSide, kMaxSide);
  std::error_code error;
  if (!fs::exists(settings.out, error)) return;
  if (!fs::is_directory(settings.out, error)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} is not a folder; choose another out", settings.out.string()));
  }
  const bool empty = fs::is_empty(settings.out, error);
  if (error) {
    throw Error(ErrorKind::kIo,
                fmt::format("cannot look into {}: {}", settings.out.string(), error.message()));
  }
  if (!empty && !settings.overwrite) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{} is not empty; choose another out or set overwrite", settings.out.string()));
  }
}

// Only names that an older set would have; whatever else lies there is the user's.
bool has_our_name(const fs::path& path, std::string_view split) {
  const std::string stem = path.stem().string();
  const std::string prefix = fmt::format("{}_", split);
  return stem.starts_with(prefix) && stem.size() >= prefix.size() + 5 &&
         std::all_of(stem.begin() + static_cast<std::ptrdiff_t>(prefix.size()),
                     stem.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

void remove_older_set(const SyntheticDatasetSettings& settings) {
  std::error_code ignored;
  fs::remove(settings.out / "data.yaml", ignored);
  for (const Split& split : splits(settings)) {
    for (const auto& [kind, extension] :
         {std::pair{"images", ".jpg"}, std::pair{"labels", ".txt"}}) {
      const fs::path folder = settings.out / kind / split.name;
      std::vector<fs::path> old;
      std::error_code error;
      for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
           entry.increment(error)) {
        const fs::path& path = entry->path();
        if (path.extension() == extension && has_our_name(path, split.name)) old.push_back(path);
      }
      for (const fs::path& path : old) {
        if (!fs::remove(path, error) && error) {
          throw Error(ErrorKind::kIo,
                      fmt::format("cannot remove {}: {}", path.string(), error.message()));
        }
      }
    }
  }
}

// Lines of "class x_center y_center width height", fractions of the image.
std::string label_text(const Scene& scene) {
  const double width = static_cast<double>(scene.image.width());
  const double height = static_cast<double>(scene.image.height());
  std::string text;
  for (const SceneObject& object : scene.objects) {
    const double x1 = static_cast<double>(object.box.x1) / width;
    const double y1 = static_cast<double>(object.box.y1) / height;
    const double x2 = static_cast<double>(object.box.x2) / width;
    const double y2 = static_cast<double>(object.box.y2) / height;
    text += fmt::format("{} {:.6f} {:.6f} {:.6f} {:.6f}\n",
                        static_cast<std::int64_t>(object.kind),
                        (x1 + x2) / 2,
                        (y1 + y2) / 2,
                        x2 - x1,
                        y2 - y1);
  }
  return text;
}

// Not synced: thousands of small files would wait for the disk, and without data.yaml, which is
// written last and synced, a set does not count.
void write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) {
    throw Error(ErrorKind::kIo,
                fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
  }
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    throw Error(ErrorKind::kIo, fmt::format("cannot make {}: {}", path.string(), error.message()));
  }
}

void write_scene(const fs::path& out,
                 std::string_view split,
                 const std::string& stem,
                 const Scene& scene) {
  make_folder(out / "images" / split);
  make_folder(out / "labels" / split);
  const std::vector<std::byte> jpeg = encode_jpeg(scene.image);
  write_file(out / "images" / split / (stem + ".jpg"),
             {reinterpret_cast<const char*>(jpeg.data()), jpeg.size()});
  write_file(out / "labels" / split / (stem + ".txt"), label_text(scene));
}

std::string yaml_text(const SyntheticDatasetSettings& settings) {
  std::string text = fmt::format(
      "# Drawn scenes of seed {}; images/hard holds difficult ones outside of the splits.\n"
      "path: .\ntrain: images/train\nval: images/val\n",
      settings.seed);
  if (settings.test_images > 0) text += "test: images/test\n";
  text += "names:\n";
  for (std::size_t id = 0; id < kSynthClassNames.size(); ++id) {
    text += fmt::format("  {}: {}\n", id, kSynthClassNames[id]);
  }
  return text;
}

}  // namespace

SyntheticDataset write_synthetic_dataset(const SyntheticDatasetSettings& settings) {
  check(settings);
  SyntheticDataset result = {.data_yaml = settings.out / "data.yaml"};
  remove_older_set(settings);
  for (const Split& split : splits(settings)) {
    for (std::int64_t i = 0; i < split.images; ++i) {
      RandomStream draws({.seed = settings.seed,
                          .purpose = "synth",
                          .epoch = split.key,
                          .index = static_cast<std::uint64_t>(i)});
      const Scene scene =
          draw_scene({.width = settings.image_width,
                      .height = settings.image_height,
                      .first_class = static_cast<SynthClass>(i % std::ssize(kSynthClassNames))},
                     draws);
      write_scene(settings.out, split.name, fmt::format("{}_{:05}", split.name, i), scene);
      ++result.images;
      result.objects += std::ssize(scene.objects);
    }
  }
  std::uint64_t index = 0;
  for (const HardScene& hard : hard_scenes(settings.image_width, settings.image_height)) {
    RandomStream draws(
        {.seed = settings.seed, .purpose = "synth", .epoch = kHardKey, .index = index++});
    write_scene(settings.out, "hard", hard.name, draw_scene(hard.settings, draws));
  }
  // Last, so that a set with this file is whole.
  write_file_atomically(result.data_yaml, yaml_text(settings));
  return result;
}

}  // namespace saker
