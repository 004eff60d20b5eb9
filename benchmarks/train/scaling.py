"""What data parallel training is expected to gain on many GPUs, on paper: the table of docs/distributed.md.

    python3 benchmarks/train/scaling.py [--images 16] [--teraflops 80] [--node-gigabytes 400] [--network-gigabytes 50]

Each GPU sends and receives 2 (N - 1) / N times the gradients a step (ring). Buckets leave during the backward pass, which is two
thirds of the step; what does not fit into it, the last bucket and the latencies of all exchanges are what is lost.
"""

import argparse
import math

# Trained parameters in millions; GFLOP of a training step an image (640x640, by `step_profile`, of ConvNeXt and PicoDet at 416x416 three times
# the forward pass); batch norms over all processes.
MODELS = {"picodet/s-416": (1.3, 4, 0), "dinov3/vitt16": (10.3, 176, 7), "ltdetrv2-s": (10.5, 167, 0), "dinov3/vits16": (36.6, 525, 7),
          "dinov3/convnext-tiny": (61.3, 370, 0)}
GPUS = (8, 64, 512)
BUCKET_MIB, LAST_BUCKET_MIB = 25, 1
LATENCY = 15e-6  # of one exchange between two GPUs, seconds; a tree has log2(N) of them, there and back


def efficiency(parameters: float, gigaflop: float, norms: int, gpus: int, options: argparse.Namespace) -> tuple[float, float]:
    """Megabytes that each GPU sends a step, and the share of the step that is work."""
    gradients = 4e6 * parameters
    sent = 2 * (gpus - 1) / gpus * gradients
    link = 1e9 * (options.node_gigabytes if gpus <= 8 else options.network_gigabytes)
    step = gigaflop * options.images / (1e3 * options.teraflops)
    exchange = 2 * math.log2(gpus) * LATENCY
    buckets = 1 + math.ceil(gradients / (BUCKET_MIB << 20))
    hidden = max(0.0, sent / link + buckets * exchange - step * 2 / 3)
    last = min(gradients, LAST_BUCKET_MIB << 20) * 2 / link + exchange
    # Normalisers, stop requests and buffers take four small exchanges a step, a synchronised batch norm two.
    small = (4 + 2 * norms) * exchange
    return sent / 1e6, step / (step + hidden + last + small)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=16, help="of each GPU a step")
    parser.add_argument("--teraflops", type=float, default=80, help="that a GPU reaches in training")
    parser.add_argument("--node-gigabytes", type=float, default=400, help="a second between GPUs of a machine")
    parser.add_argument("--network-gigabytes", type=float, default=50, help="a second between machines, for each GPU")
    options = parser.parse_args()
    print("| model | trained parameters | sent a step and GPU | " + " | ".join(f"{gpus} GPUs" for gpus in GPUS) + " |")
    print("| --- " * (3 + len(GPUS)) + "|")
    for name, (parameters, gigaflop, norms) in MODELS.items():
        rows = [efficiency(parameters, gigaflop, norms, gpus, options) for gpus in GPUS]
        print(f"| {name} | {parameters} M | {rows[-1][0]:.0f} MB | " + " | ".join(f"{100 * share:.0f} %" for _, share in rows) + " |")


if __name__ == "__main__":
    main()
