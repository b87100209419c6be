#include "src/metrics/exposition.h"

#include <array>
#include <charconv>
#include <cmath>

namespace k8snet::server {
namespace {

void AppendEscaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') {
      out += '\\';
    }
    out += c;
  }
}

}  // namespace

std::string FormatSample(double value) {
  if (std::isinf(value)) {
    return value > 0 ? "+Inf" : "-Inf";
  }
  std::array<char, 64> buffer;
  const double size = std::abs(value);
  const auto format = value != 0 && (size < 1e-4 || size >= 1e6) ? std::chars_format::scientific
                                                                 : std::chars_format::fixed;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format).ptr;
  return {buffer.data(), end};
}

void Exposition::Begin(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  std::string& head = metrics_[name_].head;
  head = "# HELP " + name_ + ' ';
  head.append(help).append("\n# TYPE ").append(name_).append(" ").append(type).append("\n");
}

void Exposition::Line(std::string_view suffix, const Labels& labels, std::string_view bound,
                      double value) {
  std::string& out = metrics_[name_].samples;
  out.append(name_).append(suffix);
  char before = '{';
  for (const auto& [name, text] : labels) {
    out += before;
    out.append(name).append("=\"");
    AppendEscaped(out, text);
    out += '"';
    before = ',';
  }
  if (!bound.empty()) {
    out += before;
    out.append("le=\"").append(bound).append("\"");
    before = ',';
  }
  if (before == ',') {
    out += '}';
  }
  out += ' ';
  out += FormatSample(value);
  out += '\n';
}

void Exposition::Add(const Labels& labels, double value) { Line("", labels, "", value); }

void Exposition::Add(const Labels& labels, const HistogramData& data) {
  double count = 0;
  for (std::size_t i = 0; i < data.counts.size(); ++i) {
    count += static_cast<double>(data.counts[i]);
    Line("_bucket", labels, i < data.bounds.size() ? FormatSample(data.bounds[i]) : "+Inf", count);
  }
  Line("_sum", labels, "", data.sum);
  Line("_count", labels, "", count);
}

std::string Exposition::Text() const {
  std::string out;
  for (const auto& [name, metric] : metrics_) {
    if (!metric.samples.empty()) {
      out += metric.head;
      out += metric.samples;
    }
  }
  return out;
}

}  // namespace k8snet::server
