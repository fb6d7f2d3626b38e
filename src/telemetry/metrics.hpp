#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace daybook::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Only rises. Thread-safe.
class Counter {
 public:
  void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Goes up and down. Thread-safe.
class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double by) { value_.fetch_add(by, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// Counts observations in buckets, by their upper bounds. Thread-safe.
class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);
  const std::vector<double>& bounds() const { return bounds_; }
  std::uint64_t count_up_to(std::size_t bucket) const;  ///< Cumulative; bounds().size() is +Inf.
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
  std::atomic<double> sum_{0};
};

/// From 100 µs to 10 s: what requests and consumers take.
const std::vector<double>& duration_bounds();

/// Where collectors write figures that are read, not counted (queue lengths, lag).
class MetricSink {
 public:
  virtual ~MetricSink() = default;
  virtual void gauge(std::string_view name, std::string_view help, const Labels& labels, double value) = 0;
  virtual void counter(std::string_view name, std::string_view help, const Labels& labels, double value) = 0;
};

/// All metrics of a process, written in Prometheus' text format 0.0.4. Metrics are made once and kept by reference: the
/// look-up takes a lock, counting does not. Our own, not prometheus-cpp's, since a counter has to cost nanoseconds.
class Registry {
 public:
  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, Labels labels = {},
                       const std::vector<double>& bounds = duration_bounds());
  /// Called at each write; may be called from any thread that calls text().
  void collect(std::function<void(MetricSink&)> collector);
  std::string text() const;

 private:
  struct Family;
  template <class Metric, class... Args>
  Metric& find(std::string_view name, std::string_view help, std::string_view type, Labels labels, Args&&... args);

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Family>, std::less<>> families_;
  std::vector<std::function<void(MetricSink&)>> collectors_;
};

}  // namespace daybook::telemetry
