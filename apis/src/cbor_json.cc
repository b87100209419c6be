// CBOR as JSON.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <utility>

#include "k8snet/apis/codec/json.h"
#include "src/cbor_reader.h"
#include "src/time_text.h"
#include "src/yaml_scalar.h"

namespace k8snet::internal {

// Text for a value behind tag 0 or 1, which is a time. The content has the right form.
// Source: fxamacker/cbor decode.go parseToTime, with times as RFC 3339.
bool CborReader::JsonTagged(std::uint64_t tag, std::string& out) {
  const std::size_t start = cursor_.offset();
  const CborHead head = cursor_.Take();
  std::string text;
  if (tag == 0) {
    if (!TakeString(head, text)) {
      return false;
    }
    const ParsedTime time = ParseTime(text, TimeLayout::kSeconds);
    if (!time.error.empty()) {
      return FailAt(start, "cbor: cannot set " + text + " for time.Time: " + time.error);
    }
    AppendJsonString(text, out);
    return true;
  }
  double whole = 0;
  double fraction = 0;
  if (head.major == CborMajor::kPrimitive) {
    const double number = CborFloat(head);
    constexpr double kTwoTo63 = 9223372036854775808.0;
    if (number > kTwoTo63 || number < -kTwoTo63) {
      cursor_.Seek(start);
      return FailType(head, "time.Time", FormatShortest(number, false) + " overflows Go's int64");
    }
    fraction = std::modf(number, &whole);
  } else {
    whole = static_cast<double>(head.value);
    whole = head.major == CborMajor::kNegative ? -1 - whole : whole;
  }
  // Years 0 to 9999, which alone have such a text.
  constexpr double kFirst = -62167219200;
  constexpr double kLast = 253402300799;
  auto seconds = static_cast<std::int64_t>(std::clamp(whole, kFirst - 1, kLast + 1));
  auto nanos = static_cast<std::int64_t>(fraction * 1e9);
  if (nanos < 0) {
    nanos += 1'000'000'000;
    --seconds;
  }
  if (static_cast<double>(seconds) < kFirst || static_cast<double>(seconds) > kLast) {
    return FailAt(start,
                  "cbor: decoded time cannot be represented in RFC3339 format with sub-second "
                  "precision: Time.MarshalText: year outside of range [0,9999]");
  }
  text = Time{.seconds = seconds}.ToString();
  if (nanos > 0) {
    std::string digits = std::to_string(1'000'000'000 + nanos).substr(1);
    digits.resize(digits.find_last_not_of('0') + 1);
    text.insert(text.size() - 1, "." + digits);
  }
  AppendJsonString(text, out);
  return true;
}

bool CborReader::JsonMap(const CborHead& head, std::string& out) {
  std::map<std::string, std::string> members;
  for (Items items(cursor_, head); items.Next();) {
    const std::size_t key_start = cursor_.offset();
    std::string key;
    if (!Text(key, "string")) {
      return false;
    }
    const auto [it, made] = members.try_emplace(std::move(key));
    if (!made) {
      return FailDuplicate(key_start, it->first, true, items.index);
    }
    if (!CountItem() || !Json(it->second)) {
      return Below(it->first);
    }
  }
  char before = '{';
  for (const auto& [key, value] : members) {
    out.push_back(before);
    AppendJsonString(key, out);
    out.append(":").append(value);
    before = ',';
  }
  out.append(members.empty() ? "{}" : "}");
  return true;
}

bool CborReader::Json(std::string& out) {
  const std::size_t start = cursor_.offset();
  const Later before = later_;
  while (cursor_.major() == CborMajor::kTag) {
    const std::size_t tag_start = cursor_.offset();
    const CborHead tag = cursor_.Take();
    if (const std::string error = CborTagError(tag.value, cursor_); !error.empty()) {
      return FailAt(tag_start, error);
    }
    if (tag.value <= 1) {
      later_ = before;
      return JsonTagged(tag.value, out);
    }
    if (tag.value >= 21 && tag.value <= 23) {
      later_ = static_cast<Later>(tag.value - 20);
    }
  }
  CborHead head;
  if (!TakeHead(head)) {
    return false;
  }
  bool good = true;
  switch (head.major) {
    case CborMajor::kUnsigned:
    case CborMajor::kNegative:
      if (head.value > INT64_MAX) {
        cursor_.Seek(start);
        return FailType(head, "int64",
                        (head.major == CborMajor::kUnsigned ? std::to_string(head.value)
                                                            : NegativeText(head.value)) +
                            " overflows Go's int64");
      }
      out += std::to_string(head.major == CborMajor::kUnsigned
                                ? static_cast<std::int64_t>(head.value)
                                : ~static_cast<std::int64_t>(head.value));
      break;
    case CborMajor::kBytes:
    case CborMajor::kText: {
      std::string text;
      good = TakeString(head, text);
      AppendJsonString(text, out);
      break;
    }
    case CborMajor::kArray: {
      out.push_back('[');
      for (Items items(cursor_, head); items.Next();) {
        if (items.index > 0) {
          out.push_back(',');
        }
        if (!CountItem() || !Json(out)) {
          return Below(items.index);
        }
      }
      out.push_back(']');
      break;
    }
    case CborMajor::kMap:
      good = JsonMap(head, out);
      break;
    case CborMajor::kPrimitive:
      out += head.is_null()    ? "null"
             : head.info == 20 ? "false"
             : head.info == 21 ? "true"
                               : FormatJsonDouble(CborFloat(head));
      break;
    case CborMajor::kTag:
      break;
  }
  later_ = before;
  return good;
}

}  // namespace k8snet::internal
