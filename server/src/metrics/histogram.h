// Counters of values by their size.
#ifndef K8SNET_SERVER_SRC_METRICS_HISTOGRAM_H_
#define K8SNET_SERVER_SRC_METRICS_HISTOGRAM_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace k8snet::server {

// What a histogram has counted at some time.
struct HistogramData {
  std::span<const double> bounds;     // Of the buckets, upwards; each bound is in its bucket.
  std::vector<std::uint64_t> counts;  // One a bucket, and one for what is over the last bound.
  double sum = 0;

  // Adds what `other` counted, which has the same bounds.
  void Add(const HistogramData& other) {
    for (std::size_t i = 0; i < counts.size(); ++i) {
      counts[i] += other.counts[i];
    }
    sum += other.sum;
  }
};

// Thread-safe: takes no lock and allocates nothing once made.
class Histogram {
 public:
  // Lifetime: `bounds` outlive this; they grow.
  explicit Histogram(std::span<const double> bounds)
      : bounds_(bounds), counts_(bounds.size() + 1) {}

  void Observe(double value) {
    const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
    counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }

  [[nodiscard]] HistogramData data() const {
    HistogramData data{bounds_, {}, sum_.load(std::memory_order_relaxed)};
    for (const auto& count : counts_) {
      data.counts.push_back(count.load(std::memory_order_relaxed));
    }
    return data;
  }

 private:
  const std::span<const double> bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_ = 0;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_METRICS_HISTOGRAM_H_
