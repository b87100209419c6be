#include "k8snet/apis/testing/filler.h"

#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "k8snet/apis/base/scalars.h"
#include "src/utf8.h"

namespace k8snet::testing {
namespace {

// Types that contain themselves end here.
constexpr int kMaxDepth = 12;

template <typename T>
T& As(void* at) {
  return *static_cast<T*>(at);
}

// Seconds from 0001-01-01T00:00:01Z to 9999-12-31T23:59:59Z.
constexpr std::int64_t kFirstSecond = Time::kZeroSeconds + 1;
constexpr std::int64_t kLastSecond = 253402300799;

}  // namespace

std::string Filler::Text() {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyz0123456789-./ABC";
  std::string out;
  const std::uint64_t size = Below(8) == 0 ? Below(60) : Below(12);
  for (std::uint64_t i = 0; i < size; ++i) {
    if (!options_.any_text || Below(4) != 0) {
      out.push_back(kPlain[Below(kPlain.size())]);
      continue;
    }
    char32_t rune = 0;
    switch (Below(5)) {
      case 0:
        rune = static_cast<char32_t>(Below(0x20));
        break;
      case 1:
        rune = static_cast<char32_t>(0x20 + Below(0x60));
        break;
      case 2:
        rune = static_cast<char32_t>(0x80 + Below(0x780));
        break;
      case 3:
        rune = static_cast<char32_t>(0x2000 + Below(0x60));
        break;
      default:
        rune = static_cast<char32_t>(Below(0x110000));
        break;
    }
    internal::AppendRune(rune, out);
  }
  return out;
}

void Filler::FillValue(const Field& field, void* value, int depth) {
  const auto number = [&](std::int64_t least, std::int64_t most) {
    if (Below(4) != 0) {
      return static_cast<std::int64_t>(Below(1000));
    }
    return Below(2) == 0 ? least : most;
  };
  switch (field.kind) {
    case Kind::kBool:
      As<bool>(value) = Below(2) == 0;
      break;
    case Kind::kInt32:
      As<std::int32_t>(value) = static_cast<std::int32_t>(number(
          std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
      break;
    case Kind::kInt64:
      As<std::int64_t>(value) = number(std::numeric_limits<std::int64_t>::min(),
                                       std::numeric_limits<std::int64_t>::max());
      break;
    case Kind::kDouble:
      As<double>(value) = static_cast<double>(number(-1'000'000, 1'000'000)) / 8;
      break;
    case Kind::kString:
    case Kind::kBytes:
      As<std::string>(value) = Text();
      break;
    case Kind::kTime:
      As<Time>(value).seconds =
          kFirstSecond +
          static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(kLastSecond - kFirstSecond)));
      break;
    case Kind::kMicroTime:
      As<MicroTime>(value).seconds =
          kFirstSecond +
          static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(kLastSecond - kFirstSecond)));
      As<MicroTime>(value).microseconds = static_cast<std::int32_t>(Below(1'000'000));
      break;
    case Kind::kIntOrString:
      if (Below(2) == 0) {
        As<IntOrString>(value) = IntOrString(static_cast<std::int32_t>(number(
            std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max())));
      } else {
        As<IntOrString>(value) = IntOrString(Text());
      }
      break;
    case Kind::kRawJson:
      As<RawJson>(value).json =
          Below(2) == 0 ? "{}" : R"({"f:a":{".":{}},"n":[)" + std::to_string(Below(1000)) + "]}";
      break;
    case Kind::kMessage:
      FillStruct(*field.type, value, depth + 1);
      break;
  }
}

void Filler::FillList(const Field& field, void* list, std::size_t size, int depth) {
  for (std::size_t i = 0; i < size; ++i) {
    FillValue(field, field.ops->append(list), depth);
  }
}

void Filler::FillMember(const Field& field, void* member, int depth) {
  field.ops->reset(member);
  if (field.kind == Kind::kMessage && depth >= kMaxDepth) {
    return;
  }
  if (!Present() && !(field.form == Form::kValue && field.kind == Kind::kMessage)) {
    return;
  }
  switch (field.form) {
    case Form::kValue:
      FillValue(field, member, depth);
      break;
    case Form::kOptional:
      FillValue(field, field.ops->emplace(member), depth);
      break;
    case Form::kList:
      FillList(field, member, Count(), depth);
      break;
    case Form::kNullableList: {
      const std::size_t size = Count();
      if (size > 0 || options_.empty_lists) {
        FillList(field, field.ops->emplace(member), size, depth);
      }
      break;
    }
    case Form::kMap:
      for (std::size_t i = Count(); i > 0; --i) {
        FillValue(field, field.ops->insert(member, Text()).first, depth);
      }
      break;
  }
}

// The inline structs of `fields` are members of their own in `wire`, which has every member once.
void Filler::FillStruct(const Type& type, void* data, int depth) {
  for (const Field& field : type.wire) {
    FillMember(field, field.In(data), depth);
  }
}

void Filler::Fill(const Type& type, void* data) { FillStruct(type, data, 0); }

Object Filler::Make(const Type& type) {
  MutableObject object(type);
  Fill(type, object.data());
  return std::move(object).Freeze();
}

std::uint64_t TestSeed() {
  const char* given = std::getenv("K8SNET_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::printf("K8SNET_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

}  // namespace k8snet::testing
