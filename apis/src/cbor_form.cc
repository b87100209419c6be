#include "src/cbor_form.h"

#include <cmath>
#include <cstring>

#include "src/utf8.h"

namespace k8snet::internal {
namespace {

// As upstream's decoder is set up.
// Source: kubernetes/apimachinery pkg/runtime/serializer/cbor/internal/modes/decode.go.
constexpr std::uint64_t kMaxArrayElements = 2147483647;
constexpr std::uint64_t kMaxMapPairs = 2097152;

constexpr std::string_view kTruncated = "unexpected EOF";

std::string Unaccepted(std::string_view type, std::string_view what) {
  return "cbor: data item of cbor type " + std::string(type) +
         " is not accepted by protocol: " + std::string(what);
}

}  // namespace

std::string_view CborMajorName(CborMajor major) {
  switch (major) {
    case CborMajor::kUnsigned:
      return "positive integer";
    case CborMajor::kNegative:
      return "negative integer";
    case CborMajor::kBytes:
      return "byte string";
    case CborMajor::kText:
      return "UTF-8 text string";
    case CborMajor::kArray:
      return "array";
    case CborMajor::kMap:
      return "map";
    case CborMajor::kTag:
      return "tag";
    case CborMajor::kPrimitive:
      return "primitives";
  }
  return "";
}

double CborFloat(const CborHead& head) {
  if (head.info == 27) {
    double number = 0;
    std::memcpy(&number, &head.value, sizeof(number));
    return number;
  }
  const auto bits = static_cast<std::uint32_t>(head.value);
  if (head.info == 26) {
    float number = 0;
    std::memcpy(&number, &bits, sizeof(number));
    return number;
  }
  const auto exponent = static_cast<int>((bits >> 10U) & 0x1FU);
  const auto fraction = static_cast<int>(bits & 0x3FFU);
  double number = 0;
  if (exponent == 0) {
    number = std::ldexp(fraction, -24);
  } else if (exponent < 31) {
    number = std::ldexp(fraction + 1024, exponent - 25);
  } else {
    number = fraction == 0 ? HUGE_VAL : std::nan("");
  }
  return (bits & 0x8000U) != 0 ? -number : number;
}

void CborCursor::Skip() {
  const CborHead head = Take();
  switch (head.major) {
    case CborMajor::kBytes:
    case CborMajor::kText:
      if (!head.indefinite) {
        pos_ += static_cast<std::size_t>(head.value);
        return;
      }
      while (!TakeBreak()) {
        Skip();
      }
      return;
    case CborMajor::kTag:
      while (major() == CborMajor::kTag) {
        Take();
      }
      return Skip();
    case CborMajor::kArray:
    case CborMajor::kMap: {
      const std::uint64_t count = head.major == CborMajor::kMap ? 2 * head.value : head.value;
      for (std::uint64_t i = 0; head.indefinite ? !TakeBreak() : i < count; ++i) {
        Skip();
      }
      return;
    }
    default:
      return;
  }
}

std::string CborTagError(std::uint64_t tag, const CborCursor& content) {
  const CborMajor major = content.major();
  const char* expected = nullptr;
  if (tag == 0 && major != CborMajor::kText) {
    expected = "text string";
  } else if (tag == 1 && major > CborMajor::kNegative &&
             (content.byte() < 0xF9 || content.byte() > 0xFB)) {
    expected = "integer or floating-point number";
  }
  if (expected == nullptr) {
    return "";
  }
  return "cbor: tag number " + std::to_string(tag) + " must be followed by " + expected + ", got " +
         std::string(CborMajorName(major));
}

bool CborForm::Fail(std::string message) {
  error_ = Error(Reason::kBadRequest, std::move(message));
  error_.place.emplace().offset = pos_;
  return false;
}

bool CborForm::CheckAll() {
  if (!CheckFirst()) {
    return false;
  }
  if (pos_ != bytes_.size()) {
    return Fail("cbor: " + std::to_string(bytes_.size() - pos_) +
                " bytes of extraneous data starting at index " + std::to_string(pos_));
  }
  return true;
}

bool CborForm::CheckFirst() { return bytes_.empty() ? Fail("EOF") : Item(0); }

bool CborForm::Head(CborHead& head) {
  if (pos_ >= bytes_.size()) {
    return Fail(std::string(kTruncated));
  }
  const auto first = static_cast<unsigned char>(bytes_[pos_]);
  const auto major = static_cast<CborMajor>(first >> 5U);
  const unsigned info = first & 0x1FU;
  const auto type = [major] { return std::string(CborMajorName(major)); };
  if (info >= 28) {
    const bool no_length =
        major == CborMajor::kUnsigned || major == CborMajor::kNegative || major == CborMajor::kTag;
    if (info < 31 || no_length) {
      return Fail("cbor: invalid additional information " + std::to_string(info) + " for type " +
                  type());
    }
    if (major == CborMajor::kPrimitive) {
      return Fail("cbor: unexpected \"break\" code");
    }
  }
  const std::size_t size = info < 24 || info == 31 ? 0 : std::size_t{1} << (info - 24U);
  if (bytes_.size() - pos_ - 1 < size) {
    return Fail(std::string(kTruncated));
  }
  CborCursor cursor(bytes_);
  cursor.Seek(pos_);
  head = cursor.Take();
  if (major == CborMajor::kPrimitive && info >= 24) {
    if (info == 24) {
      if (head.value < 32) {
        return Fail("cbor: invalid simple value " + std::to_string(head.value) + " for type " +
                    type());
      }
    } else {
      const unsigned exponent_bits = info == 25 ? 5 : info == 26 ? 8 : 11;
      const unsigned fraction_bits = info == 25 ? 10 : info == 26 ? 23 : 52;
      const std::uint64_t exponents = (std::uint64_t{1} << exponent_bits) - 1;
      if ((head.value >> fraction_bits & exponents) == exponents) {
        const bool nan = (head.value & ((std::uint64_t{1} << fraction_bits) - 1)) != 0;
        return Fail(Unaccepted(type(), nan ? "floating-point NaN" : "floating-point infinity"));
      }
    }
  }
  pos_ = cursor.offset();
  return true;
}

bool CborForm::Item(std::size_t depth) {
  const std::size_t start = pos_;
  CborHead head;
  if (!Head(head)) {
    return false;
  }
  switch (head.major) {
    case CborMajor::kBytes:
    case CborMajor::kText:
      if (head.indefinite) {
        return Chunks(head.major, depth);
      }
      if (head.value > bytes_.size() - pos_) {
        const bool overflows = head.value > INT64_MAX;
        pos_ = start;
        return Fail(overflows
                        ? "cbor: " + std::string(CborMajorName(head.major)) + " length " +
                              std::to_string(head.value) + " is too large, causing integer overflow"
                        : std::string(kTruncated));
      }
      pos_ += static_cast<std::size_t>(head.value);
      return true;
    case CborMajor::kArray:
    case CborMajor::kMap:
      if (depth >= max_depth_) {
        pos_ = start;
        return Fail("cbor: exceeded max nested level " + std::to_string(max_depth_));
      }
      if (!head.indefinite && head.value > INT64_MAX) {
        pos_ = start;
        return Fail("cbor: " + std::string(CborMajorName(head.major)) + " length " +
                    std::to_string(head.value) + " is too large, it would cause integer overflow");
      }
      return Children(head, depth + 1);
    case CborMajor::kTag:
      return Tags(head.value, depth);
    default:
      return true;
  }
}

bool CborForm::Chunks(CborMajor major, std::size_t depth) {
  while (true) {
    if (pos_ >= bytes_.size()) {
      return Fail(std::string(kTruncated));
    }
    const auto first = static_cast<unsigned char>(bytes_[pos_]);
    if (first == 0xFF) {
      ++pos_;
      return true;
    }
    const auto type = [major] { return std::string(CborMajorName(major)); };
    if (static_cast<CborMajor>(first >> 5U) != major) {
      return Fail("cbor: wrong element type " +
                  std::string(CborMajorName(static_cast<CborMajor>(first >> 5U))) +
                  " for indefinite-length " + type());
    }
    if ((first & 0x1FU) == 31) {
      return Fail("cbor: indefinite-length " + type() + " chunk is not definite-length");
    }
    if (!Item(depth)) {
      return false;
    }
  }
}

bool CborForm::Children(const CborHead& head, std::size_t depth) {
  const bool is_map = head.major == CborMajor::kMap;
  const std::uint64_t most = is_map ? kMaxMapPairs : kMaxArrayElements;
  const auto too_many = [&] {
    return Fail(is_map ? "cbor: exceeded max number of key-value pairs " +
                             std::to_string(kMaxMapPairs) + " for CBOR map"
                       : "cbor: exceeded max number of elements " +
                             std::to_string(kMaxArrayElements) + " for CBOR array");
  };
  if (!head.indefinite && head.value > most) {
    return too_many();
  }
  const std::uint64_t count = is_map ? 2 * head.value : head.value;
  std::size_t key = 0;
  for (std::uint64_t i = 0; head.indefinite || i < count; ++i) {
    if (head.indefinite) {
      if (pos_ >= bytes_.size()) {
        return Fail(std::string(kTruncated));
      }
      if (bytes_[pos_] == '\xFF') {
        if (is_map && i % 2 == 1) {
          return Fail("cbor: unexpected \"break\" code");
        }
        ++pos_;
        return true;
      }
      if ((is_map ? i / 2 : i) >= most) {
        return too_many();
      }
    }
    const std::size_t start = pos_;
    if (!Item(depth)) {
      std::string& path = error_.place->path;
      if (!is_map) {
        PrependIndex(i, path);
      } else if (i % 2 == 1) {
        CborCursor cursor(bytes_);
        cursor.Seek(key);
        const CborHead name = cursor.Take();
        const bool plain =
            (name.major == CborMajor::kBytes || name.major == CborMajor::kText) && !name.indefinite;
        PrependName(plain ? cursor.TakeBytes(name.value) : "?", path);
      }
      return false;
    }
    key = start;
  }
  return true;
}

// Checks what tags stand before. Bytes behind the last tag are the content.
bool CborForm::Tags(std::uint64_t tag, std::size_t depth) {
  while (true) {
    if (pos_ >= bytes_.size()) {
      return Fail(std::string(kTruncated));
    }
    if (tag == 2 || tag == 3) {
      return Fail(Unaccepted("tag", "bignum"));
    }
    if (static_cast<unsigned char>(bytes_[pos_]) >> 5U != static_cast<unsigned>(CborMajor::kTag)) {
      return Item(depth);
    }
    CborHead head;
    const std::size_t start = pos_;
    if (!Head(head)) {
      return false;
    }
    tag = head.value;
    if (++depth > max_depth_) {
      pos_ = start;
      return Fail("cbor: exceeded max nested level " + std::to_string(max_depth_));
    }
  }
}

void PrependName(std::string_view name, std::string& path) {
  constexpr std::size_t kMost = 128;
  std::string whole = RepairUtf8(name.substr(0, kMost));
  if (!path.empty() && path[0] != '[') {
    whole.push_back('.');
  }
  path.insert(0, whole);
}

void PrependIndex(std::uint64_t index, std::string& path) {
  std::string whole = "[" + std::to_string(index) + "]";
  if (!path.empty() && path[0] != '[') {
    whole.push_back('.');
  }
  path.insert(0, whole);
}

}  // namespace k8snet::internal
