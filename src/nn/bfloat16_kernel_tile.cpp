// AMX: an instruction adds the product of a 16 x 32 and a 32 x 16 matrix.
#include "nn/bfloat16_attention_gradient_loops.hpp"
#include "nn/bfloat16_attention_loops.hpp"
#include "nn/bfloat16_loops.hpp"

namespace saker {
namespace {

struct Tile {
  static constexpr int kLanes = 16;
  static constexpr std::int64_t kRows = 32;

  // The shapes of the eight tile registers of this thread: all 16 rows of 64 bytes.
  class Session {
   public:
    Session() {
      struct alignas(64) {
        std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
        std::uint16_t bytes_of_row[16] = {64, 64, 64, 64, 64, 64, 64, 64};
        std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
      } config;
      _tile_loadconfig(&config);
    }
    ~Session() { _tile_release(); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
  };

  template <bool Add>
  static void product(const Bfloat16Rows& x,
                      std::int64_t i,
                      std::int64_t rows,
                      const Bfloat16* panel,
                      float* out,
                      std::int64_t out_stride) {
    if (rows > kBfloat16Rows) {
      block<2, Add>(x, i, panel, out, out_stride);
    } else {
      block<1, Add>(x, i, panel, out, out_stride);
    }
  }

 private:
  // Compilers may not know that the instructions on tiles read and write memory.
  [[gnu::always_inline]] static void order_memory() { asm volatile("" ::: "memory"); }

  // Tiles 0 to 3 hold the sums, 4 and 5 rows of x, 6 and 7 columns of the panel.
  template <int RowTiles, bool Add>
  [[gnu::noinline]] static void block(const Bfloat16Rows& x,
                                      std::int64_t first,
                                      const Bfloat16* panel,
                                      float* out,
                                      std::int64_t out_stride) {
    constexpr std::int64_t kLine = 2 * sizeof(Bfloat16) * kBfloat16Width;
    const std::int64_t line = x.stride * static_cast<std::int64_t>(sizeof(Bfloat16));
    const std::int64_t out_line = out_stride * static_cast<std::int64_t>(sizeof(float));
    float* const lower = out + kBfloat16Rows * out_stride;
    order_memory();
    if constexpr (Add) {
      _tile_loadd(0, out, out_line);
      _tile_loadd(1, out + 16, out_line);
      if constexpr (RowTiles == 2) {
        _tile_loadd(2, lower, out_line);
        _tile_loadd(3, lower + 16, out_line);
      }
    } else {
      _tile_zero(0);
      _tile_zero(1);
      if constexpr (RowTiles == 2) {
        _tile_zero(2);
        _tile_zero(3);
      }
    }
    for (std::int64_t t = 0; t < x.tap_count; ++t) {
      const Bfloat16* left = x.data + first * x.stride + x.taps[t];
      for (std::int64_t j = 0; j < x.depth; j += kBfloat16Depth, left += kBfloat16Depth) {
        _tile_loadd(6, panel, kLine);
        _tile_loadd(7, panel + 32, kLine);
        panel += kBfloat16Depth * kBfloat16Width;
        _tile_loadd(4, left, line);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        if constexpr (RowTiles == 2) {
          _tile_loadd(5, left + kBfloat16Rows * x.stride, line);
          _tile_dpbf16ps(2, 5, 6);
          _tile_dpbf16ps(3, 5, 7);
        }
      }
    }
    _tile_stored(0, out, out_line);
    _tile_stored(1, out + 16, out_line);
    if constexpr (RowTiles == 2) {
      _tile_stored(2, lower, out_line);
      _tile_stored(3, lower + 16, out_line);
    }
    order_memory();
  }
};

}  // namespace

const Bfloat16Kernel kBfloat16Tile = make_bfloat16_kernel<Tile>();
const AttentionKernel kAttentionBfloat16Tile = make_bfloat16_attention_kernel<Tile>();
const AttentionGradientKernel kAttentionGradientBfloat16Tile =
    make_bfloat16_attention_gradient_kernel<Tile>();

}  // namespace saker
