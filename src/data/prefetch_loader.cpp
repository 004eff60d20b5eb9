#include "data/prefetch_loader.hpp"

#include <fmt/format.h>

namespace saker {

void fail_after_timeout(std::int64_t item, std::chrono::duration<double> timeout) {
  throw Error(ErrorKind::kIo,
              fmt::format("no loader thread made batch {} within {} s; look at the storage that "
                          "holds the images, or raise loader_args.timeout (0: no limit)",
                          item,
                          timeout.count()));
}

}  // namespace saker
