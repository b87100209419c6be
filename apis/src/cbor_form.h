// The form of CBOR: heads, tags, and whether bytes are a well-formed item at all.
#ifndef K8SNET_APIS_SRC_CBOR_FORM_H_
#define K8SNET_APIS_SRC_CBOR_FORM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "k8snet/apis/base/error.h"

namespace k8snet::internal {

enum class CborMajor : std::uint8_t {
  kUnsigned = 0,
  kNegative = 1,
  kBytes = 2,
  kText = 3,
  kArray = 4,
  kMap = 5,
  kTag = 6,
  kPrimitive = 7,
};

// Returns how upstream's errors name the type, such as "UTF-8 text string".
std::string_view CborMajorName(CborMajor major);

// What an item begins with.
struct CborHead {
  CborMajor major = CborMajor::kUnsigned;
  std::uint8_t info = 0;    // The low five bits of the first byte.
  bool indefinite = false;  // A string, array or map that a break ends.
  std::uint64_t value = 0;

  [[nodiscard]] bool is_null() const { return major == CborMajor::kPrimitive && info == 22; }
};

// Returns the number of a float of any width.
double CborFloat(const CborHead& head);

// A position in well-formed CBOR. Nothing is checked.
class CborCursor {
 public:
  explicit CborCursor(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t offset() const { return pos_; }
  void Seek(std::size_t offset) { pos_ = offset; }
  [[nodiscard]] unsigned char byte() const { return static_cast<unsigned char>(bytes_[pos_]); }
  [[nodiscard]] CborMajor major() const { return static_cast<CborMajor>(byte() >> 5U); }
  // Whether null or undefined comes next.
  [[nodiscard]] bool AtNull() const { return byte() == 0xF6 || byte() == 0xF7; }

  // Takes what an item begins with.
  CborHead Take() {
    CborHead head;
    head.major = major();
    head.info = byte() & 0x1FU;
    ++pos_;
    if (head.info < 24) {
      head.value = head.info;
    } else if (head.info <= 27) {
      const std::size_t size = std::size_t{1} << (head.info - 24U);
      for (std::size_t i = 0; i < size; ++i) {
        head.value = head.value << 8U | byte();
        ++pos_;
      }
    } else {
      head.indefinite = true;
    }
    return head;
  }
  std::string_view TakeBytes(std::uint64_t size) {
    const std::string_view taken = bytes_.substr(pos_, static_cast<std::size_t>(size));
    pos_ += taken.size();
    return taken;
  }
  // Takes the break of an indefinite length if it comes next.
  bool TakeBreak() {
    const bool found = byte() == 0xFF;
    pos_ += found ? 1 : 0;
    return found;
  }
  // Passes over a whole item.
  void Skip();

 private:
  std::string_view bytes_;
  std::size_t pos_ = 0;
};

// Returns the error of a tag that must not stand before what comes next, or "".
// Source: fxamacker/cbor common.go validBuiltinTag.
std::string CborTagError(std::uint64_t tag, const CborCursor& content);

// Checks that bytes are a well-formed item without NaN, infinities and big numbers.
// Source: fxamacker/cbor valid.go wellformed.
class CborForm {
 public:
  CborForm(std::string_view bytes, std::size_t max_depth) : bytes_(bytes), max_depth_(max_depth) {}

  // Whether all bytes are one item.
  bool CheckAll();
  // Whether the first bytes are an item; offset() is its end.
  bool CheckFirst();

  [[nodiscard]] std::size_t offset() const { return pos_; }
  [[nodiscard]] Error& error() { return error_; }

 private:
  bool Fail(std::string message);
  bool Head(CborHead& head);
  bool Item(std::size_t depth);
  bool Chunks(CborMajor major, std::size_t depth);
  bool Children(const CborHead& head, std::size_t depth);
  bool Tags(std::uint64_t tag, std::size_t depth);

  std::string_view bytes_;
  std::size_t max_depth_;
  std::size_t pos_ = 0;
  Error error_;
};

// Put a name or an index before `path`, which is where an error lies inside of it.
void PrependName(std::string_view name, std::string& path);
void PrependIndex(std::uint64_t index, std::string& path);

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_CBOR_FORM_H_
