#include "telemetry/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <variant>

namespace daybook::telemetry {
namespace {

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

/// {a="1",b="2"}, or nothing.
std::string label_text(const Labels& labels) {
  if (labels.empty()) return {};
  std::string out = "{";
  for (const auto& [name, value] : labels) {
    if (out.size() > 1) out += ',';
    out += name + "=\"";
    for (char c : value) {
      if (c == '\n')
        out += "\\n";
      else if (c == '\\' || c == '"')
        out.append("\\").push_back(c);
      else
        out += c;
    }
    out += '"';
  }
  return out + "}";
}

std::string with_label(const std::string& labels, const std::string& more) {
  return labels.empty() ? "{" + more + "}" : labels.substr(0, labels.size() - 1) + "," + more + "}";
}

void append_head(std::string& out, std::string_view name, std::string_view help, std::string_view type) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" ");
  out.append(type).append("\n");
}

void append_histogram(std::string& out, const std::string& name, const std::string& labels, const Histogram& metric) {
  for (std::size_t i = 0; i <= metric.bounds().size(); ++i) {
    const std::string bound = i < metric.bounds().size() ? number(metric.bounds()[i]) : "+Inf";
    out += name + "_bucket" + with_label(labels, "le=\"" + bound + "\"") + " " + std::to_string(metric.count_up_to(i)) +
           "\n";
  }
  out += name + "_sum" + labels + " " + number(metric.sum()) + "\n";
  out += name + "_count" + labels + " " + std::to_string(metric.count_up_to(metric.bounds().size())) + "\n";
}

/// Gathers what collectors say, so that the samples of one name stand together.
class TextSink final : public MetricSink {
 public:
  void gauge(std::string_view name, std::string_view help, const Labels& labels, double value) override {
    add(name, help, "gauge", labels, value);
  }
  void counter(std::string_view name, std::string_view help, const Labels& labels, double value) override {
    add(name, help, "counter", labels, value);
  }
  void append_to(std::string& out) const {
    for (const auto& [name, text] : samples_) out += text;
  }

 private:
  void add(std::string_view name, std::string_view help, std::string_view type, const Labels& labels, double value) {
    auto& text = samples_[std::string(name)];
    if (text.empty()) append_head(text, name, help, type);
    text.append(name).append(label_text(labels)).append(" ").append(number(value)).append("\n");
  }
  std::map<std::string, std::string> samples_;
};

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)) {}

void Histogram::observe(double value) {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::uint64_t Histogram::count_up_to(std::size_t bucket) const {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= bucket; ++i) total += counts_[i].load(std::memory_order_relaxed);
  return total;
}

const std::vector<double>& duration_bounds() {
  static const std::vector<double> bounds{0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                          0.05,   0.1,    0.25,  0.5,    1,     2.5,  10};
  return bounds;
}

struct Registry::Family {
  std::string help;
  std::string_view type;
  std::map<std::string, std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>>>
      metrics;
};

template <class Metric, class... Args>
Metric& Registry::find(std::string_view name, std::string_view help, std::string_view type, Labels labels,
                       Args&&... args) {
  const std::lock_guard lock(mutex_);
  auto& family = families_[std::string(name)];
  if (!family) family = std::make_shared<Family>(Family{std::string(help), type, {}});
  if (family->type != type) throw std::logic_error("a metric has two types: " + std::string(name));
  auto& slot = family->metrics[label_text(labels)];
  auto* held = std::get_if<std::unique_ptr<Metric>>(&slot);
  if (!held || !*held) {
    slot = std::make_unique<Metric>(std::forward<Args>(args)...);
    held = std::get_if<std::unique_ptr<Metric>>(&slot);
  }
  return **held;
}

Counter& Registry::counter(std::string_view name, std::string_view help, Labels labels) {
  return find<Counter>(name, help, "counter", std::move(labels));
}
Gauge& Registry::gauge(std::string_view name, std::string_view help, Labels labels) {
  return find<Gauge>(name, help, "gauge", std::move(labels));
}
Histogram& Registry::histogram(std::string_view name, std::string_view help, Labels labels,
                               const std::vector<double>& bounds) {
  return find<Histogram>(name, help, "histogram", std::move(labels), bounds);
}

void Registry::collect(std::function<void(MetricSink&)> collector) {
  const std::lock_guard lock(mutex_);
  collectors_.push_back(std::move(collector));
}

std::string Registry::text() const {
  std::string out;
  std::vector<std::function<void(MetricSink&)>> collectors;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, family] : families_) {
      append_head(out, name, family->help, family->type);
      for (const auto& [labels, metric] : family->metrics) {
        if (const auto* histogram = std::get_if<std::unique_ptr<Histogram>>(&metric)) {
          append_histogram(out, name, labels, **histogram);
        } else if (const auto* gauge = std::get_if<std::unique_ptr<Gauge>>(&metric)) {
          out += name + labels + " " + number((*gauge)->value()) + "\n";
        } else {
          out += name + labels + " " + std::to_string(std::get<std::unique_ptr<Counter>>(metric)->value()) + "\n";
        }
      }
    }
    collectors = collectors_;
  }
  TextSink sink;
  for (const auto& collector : collectors) collector(sink);
  sink.append_to(out);
  return out;
}

}  // namespace daybook::telemetry
