#include "data/folder_walk.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "saker/error.hpp"

namespace saker {
namespace {

using FolderId = std::pair<dev_t, ino_t>;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

class Walk {
 public:
  Walk(std::string root, const FolderWalkEvents& events)
      : root_(std::move(root)), events_(events) {}

  // `prefix` is empty or ends with a slash. Plain readdir: its entry types spare a stat for every
  // file.
  void visit(const std::string& prefix) {
    const std::string path = prefix.empty() ? root_ : root_ + "/" + prefix;
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
      if (prefix.empty() && (errno == ENOENT || errno == ENOTDIR)) return;
      fail(prefix);
      return;
    }
    const FolderId id(status.st_dev, status.st_ino);
    if (std::find(chain_.begin(), chain_.end(), id) != chain_.end()) {
      if (events_.loop) events_.loop(prefix.substr(0, prefix.size() - 1));
      return;
    }
    std::unique_ptr<DIR, CloseFolder> folder(::opendir(path.c_str()));
    if (folder == nullptr) {
      if (errno != ENOTDIR) fail(prefix);
      return;
    }
    chain_.push_back(id);
    std::vector<std::string> folders;
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(folder.get());
      if (entry == nullptr) {
        if (errno != 0) fail(prefix);
        break;
      }
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      std::string relative = prefix + entry->d_name;
      if (is_folder(*entry, relative)) {
        folders.push_back(std::move(relative) + "/");
      } else {
        events_.file(std::move(relative));
      }
    }
    folder.reset();  // deep trees must not use up the file descriptors
    for (const std::string& inner : folders) visit(inner);
    chain_.pop_back();
  }

 private:
  bool is_folder(const dirent& entry, const std::string& relative) const {
    if (entry.d_type == DT_DIR) return true;
    if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return false;
    struct stat status {};
    return ::stat((root_ + "/" + relative).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  }

  void fail(const std::string& prefix) const {
    const std::string reason = std::strerror(errno);
    if (!events_.unreadable) {
      throw Error(
          ErrorKind::kIo,
          fmt::format(
              "{}: cannot be listed: {}", prefix.empty() ? root_ : root_ + "/" + prefix, reason));
    }
    events_.unreadable(prefix.substr(0, prefix.empty() ? 0 : prefix.size() - 1), reason);
  }

  std::string root_;
  const FolderWalkEvents& events_;
  std::vector<FolderId> chain_;  // the folders from the root to the current one
};

}  // namespace

void walk_folder(const std::filesystem::path& root, const FolderWalkEvents& events) {
  Walk(root.string(), events).visit("");
}

}  // namespace saker
