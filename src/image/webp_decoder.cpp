#include "image/webp_decoder.hpp"

#include <fmt/format.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include <cstdint>
#include <memory>

#include "image/exif_orientation.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

class FirstFrame {
 public:
  explicit FirstFrame(const WebPDemuxer* demuxer)
      : valid_(WebPDemuxGetFrame(demuxer, 1, &iterator_) != 0) {}
  FirstFrame(const FirstFrame&) = delete;
  FirstFrame& operator=(const FirstFrame&) = delete;
  ~FirstFrame() { WebPDemuxReleaseIterator(&iterator_); }

  const WebPIterator* get() const {
    return valid_ && iterator_.complete != 0 ? &iterator_ : nullptr;
  }

 private:
  WebPIterator iterator_{};
  bool valid_;
};

int orientation_of(const WebPDemuxer* demuxer) {
  WebPChunkIterator chunk{};
  int orientation = 1;
  if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk) != 0) {
    orientation =
        parse_exif_orientation(std::as_bytes(std::span(chunk.chunk.bytes, chunk.chunk.size)));
  }
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

using Demuxer = std::unique_ptr<WebPDemuxer, void (*)(WebPDemuxer*)>;

Demuxer demux(std::span<const std::byte> bytes) {
  const WebPData data{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
  Demuxer demuxer(WebPDemuxPartial(&data, &state), WebPDemuxDelete);
  if (state == WEBP_DEMUX_PARSE_ERROR)
    throw Error(ErrorKind::kData, "the WebP cannot be decoded: its chunks are damaged");
  if (demuxer == nullptr || state != WEBP_DEMUX_DONE) {
    throw Error(ErrorKind::kData, "the WebP data end too early; the file is truncated");
  }
  return demuxer;
}

OrientedSize size_of(const WebPDemuxer* demuxer) {
  return {WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH),
          WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT),
          orientation_of(demuxer)};
}

}  // namespace

OrientedSize webp_size(std::span<const std::byte> bytes) { return size_of(demux(bytes).get()); }

DecodedImage decode_webp(std::span<const std::byte> bytes) {
  const Demuxer demuxer = demux(bytes);
  const auto [width, height, orientation] = size_of(demuxer.get());
  check_image_size(width, height);
  const FirstFrame frame(demuxer.get());
  const WebPIterator* first = frame.get();
  if (first == nullptr) throw Error(ErrorKind::kData, "the WebP holds no complete picture");
  if (first->x_offset < 0 || first->y_offset < 0 || first->x_offset + first->width > width ||
      first->y_offset + first->height > height) {
    throw Error(ErrorKind::kData, "the first frame of the WebP lies outside of its canvas");
  }

  DecodedImage decoded{Image(height, width, 3, PixelType::kU8), orientation};
  const std::span<std::uint8_t> out = decoded.image.mutable_u8();
  const std::size_t offset =
      static_cast<std::size_t>(first->y_offset * width + first->x_offset) * 3;
  if (WebPDecodeRGBInto(first->fragment.bytes,
                        first->fragment.size,
                        out.data() + offset,
                        out.size() - offset,
                        static_cast<int>(width * 3)) == nullptr) {
    throw Error(ErrorKind::kData, "the WebP cannot be decoded: its picture is damaged");
  }
  return decoded;
}

}  // namespace saker
