#include "src/printers/printer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "k8snet/apis/meta.h"
#include "src/printers/kinds.h"

namespace k8snet::server {
namespace {

// Name and creation time, for kinds without a printer of their own.
// Source: kubernetes/apiserver pkg/registry/rest/table.go, defaultTableConvertor.
class DefaultPrinter final : public Printer {
 public:
  std::span<const Column> columns() const override { return kColumns; }
  std::vector<std::string> Cells(const Object& object,
                                 std::chrono::system_clock::time_point) const override {
    const meta::v1::ObjectMeta& meta = MetaOf(object);
    return {meta.name, meta.creation_timestamp.ToString()};
  }

 private:
  static constexpr std::array<Column, 2> kColumns = {
      Column{.name = "Name", .format = "name", .description = kNameDescription},
      Column{.name = "Created At", .type = "date", .description = kAgeDescription},
  };
};

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kYear = 365 * kDay;

// Returns `whole` of one unit and, unless it is zero, `rest` of a smaller one.
std::string TwoUnits(std::int64_t whole, char unit, std::int64_t rest, char rest_unit) {
  std::string text = std::to_string(whole) + unit;
  if (rest != 0) {
    text += std::to_string(rest) + rest_unit;
  }
  return text;
}

}  // namespace

const Printer& PrinterOf(const Resource& hub) {
  static const DefaultPrinter default_printer;
  const Printer* own = KindPrinter(*hub.type);
  return own != nullptr ? *own : default_printer;
}

std::string AgeText(Time then, std::chrono::system_clock::time_point now) {
  if (then.is_zero()) {
    return "<unknown>";
  }
  const std::int64_t age =
      std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count() - then.seconds;
  if (age < -1) {
    return "<invalid>";
  }
  if (age < 0) {
    return "0s";
  }
  if (age < 2 * kMinute) {
    return std::to_string(age) + "s";
  }
  if (age < 10 * kMinute) {
    return TwoUnits(age / kMinute, 'm', age % kMinute, 's');
  }
  if (age < 3 * kHour) {
    return std::to_string(age / kMinute) + "m";
  }
  if (age < 8 * kHour) {
    return TwoUnits(age / kHour, 'h', age % kHour / kMinute, 'm');
  }
  if (age < 2 * kDay) {
    return std::to_string(age / kHour) + "h";
  }
  if (age < 8 * kDay) {
    return TwoUnits(age / kDay, 'd', age % kDay / kHour, 'h');
  }
  if (age < 2 * kYear) {
    return std::to_string(age / kDay) + "d";
  }
  if (age < 8 * kYear) {
    return TwoUnits(age / kYear, 'y', age % kYear / kDay, 'd');
  }
  return std::to_string(age / kYear) + "y";
}

std::string SortedOnce(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return FirstOf(texts, texts.size());
}

std::string FirstOf(const std::vector<std::string>& texts, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < std::min(count, texts.size()); ++i) {
    text += i == 0 ? "" : ",";
    text += texts[i];
  }
  if (texts.size() > count) {
    text += " + " + std::to_string(texts.size() - count) + " more...";
  }
  return text;
}

}  // namespace k8snet::server
