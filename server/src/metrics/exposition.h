// Metrics as text, in Prometheus' form.
// Source: prometheus/common expfmt/text_create.go; prometheus/docs, exposition formats.
#ifndef K8SNET_SERVER_SRC_METRICS_EXPOSITION_H_
#define K8SNET_SERVER_SRC_METRICS_EXPOSITION_H_

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "src/metrics/histogram.h"

namespace k8snet::server {

// Collects metrics and prints them by name. Not thread-safe.
class Exposition {
 public:
  // In order of the names.
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // Starts the metric `name` of `type`, "counter", "gauge" or "histogram"; what is added from then
  // on is of it. One without samples is not printed.
  void Begin(std::string_view name, std::string_view type, std::string_view help);
  void Add(const Labels& labels, double value);
  void Add(const Labels& labels, const HistogramData& data);

  [[nodiscard]] std::string Text() const;

 private:
  void Line(std::string_view suffix, const Labels& labels, std::string_view bound, double value);

  struct Metric {
    std::string head;
    std::string samples;
  };
  std::map<std::string, Metric, std::less<>> metrics_;
  std::string name_;  // Of the current one.
};

// Returns `value` as Go prints it: the shortest digits, with an exponent from a million on.
[[nodiscard]] std::string FormatSample(double value);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_METRICS_EXPOSITION_H_
