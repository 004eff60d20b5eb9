#include "data/image_listing.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::array<std::string_view, 10> kRead = {
    ".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp", ".dcm"};
constexpr std::array<std::string_view, 28> kOtherImages = {
    ".gif", ".jp2", ".j2k", ".jpx", ".jpc", ".jpf",  ".avif", ".avifs", ".heic", ".heif",
    ".tga", ".ico", ".pbm", ".pnm", ".pfm", ".jfif", ".jpe",  ".apng",  ".dib",  ".pcx",
    ".psd", ".qoi", ".xbm", ".xpm", ".sgi", ".exr",  ".dng",  ".svg"};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

using FolderId = std::pair<dev_t, ino_t>;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

class Walk {
 public:
  explicit Walk(const std::filesystem::path& root) : root_(root.string()) {}

  ImageListing run() {
    visit("");
    std::sort(listing_.names.begin(), listing_.names.end());
    return std::move(listing_);
  }

 private:
  // `prefix` is empty or ends with a slash. Plain readdir: its entry types spare a stat for every
  // file.
  void visit(const std::string& prefix) {
    const std::string path = prefix.empty() ? root_ : root_ + "/" + prefix;
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
      if (prefix.empty() && (errno == ENOENT || errno == ENOTDIR)) return;
      fail(path);
    }
    const FolderId id(status.st_dev, status.st_ino);
    if (std::find(chain_.begin(), chain_.end(), id) != chain_.end()) return;
    std::unique_ptr<DIR, CloseFolder> folder(::opendir(path.c_str()));
    if (folder == nullptr) {
      if (errno == ENOTDIR) return;
      fail(path);
    }
    chain_.push_back(id);
    std::vector<std::string> folders;
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(folder.get());
      if (entry == nullptr) {
        if (errno != 0) fail(path);
        break;
      }
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      std::string relative = prefix + entry->d_name;
      if (is_folder(*entry, relative)) {
        folders.push_back(std::move(relative) + "/");
      } else {
        take(std::move(relative));
      }
    }
    folder.reset();  // deep trees must not use up the file descriptors
    for (const std::string& inner : folders) visit(inner);
    chain_.pop_back();
  }

  bool is_folder(const dirent& entry, const std::string& relative) const {
    if (entry.d_type == DT_DIR) return true;
    if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return false;
    struct stat status {};
    return ::stat((root_ + "/" + relative).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  }

  void take(std::string relative) {
    const std::string extension = lower_case(file_extension(relative));
    if (std::find(kRead.begin(), kRead.end(), extension) != kRead.end()) {
      listing_.names.push_back(std::move(relative));
    } else if (std::find(kOtherImages.begin(), kOtherImages.end(), extension) !=
               kOtherImages.end()) {
      ++listing_.ignored_images;
    }
  }

  [[noreturn]] static void fail(const std::string& path) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot be listed: {}", path, std::strerror(errno)));
  }

  std::string root_;
  ImageListing listing_;
  std::vector<FolderId> chain_;  // the folders from the root to the current one
};

}  // namespace

std::string_view file_extension(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  std::size_t first = slash == std::string_view::npos ? 0 : slash + 1;
  while (first < name.size() && name[first] == '.') ++first;
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot < first) return {};
  return name.substr(dot);
}

bool has_image_extension(std::string_view name) {
  const std::string extension = lower_case(file_extension(name));
  return std::find(kRead.begin(), kRead.end(), extension) != kRead.end();
}

ImageListing list_images(const std::filesystem::path& folder) { return Walk(folder).run(); }

}  // namespace saker
