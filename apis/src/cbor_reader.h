// The decoder of CBOR, which is spread over two files: values of structs, and any value as JSON.
#ifndef K8SNET_APIS_SRC_CBOR_READER_H_
#define K8SNET_APIS_SRC_CBOR_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "k8snet/apis/base/error.h"
#include "k8snet/apis/base/field.h"
#include "k8snet/apis/base/scalars.h"
#include "k8snet/apis/codec/decode.h"
#include "src/cbor_form.h"

namespace k8snet::internal {

// How byte strings are to be read as text, by the innermost tag 21, 22 or 23 around them.
enum class Later : std::uint8_t { kAsIs, kBase64Url, kBase64, kBase16 };

// Decodes one item whose form CborForm has passed into structs. The first error stops it; each
// level adds its part to the path of the error on the way out.
class CborReader {
 public:
  CborReader(const Type& root, std::string_view bytes, const DecodeOptions& options)
      : root_(root), options_(options), cursor_(bytes) {}

  bool Read(void* data) { return Struct(root_, data, true); }
  // Reads any value as JSON.
  bool Json(std::string& out);

  [[nodiscard]] TypeMeta& meta() { return meta_; }
  [[nodiscard]] Error& error() { return error_; }
  [[nodiscard]] std::optional<std::size_t> unknown() const { return unknown_; }

 private:
  // The entries of the map or the elements of the list whose head has been read.
  class Items {
   public:
    Items(CborCursor& cursor, const CborHead& head) : cursor_(cursor), head_(head) {}
    // Whether there is another one; its index is `index`.
    bool Next() {
      if (head_.indefinite ? cursor_.TakeBreak() : next_ == head_.value) {
        return false;
      }
      index = next_++;
      return true;
    }
    std::uint64_t index = 0;

   private:
    CborCursor& cursor_;
    const CborHead& head_;
    std::uint64_t next_ = 0;
  };

  bool Fail(std::string message, Reason reason = Reason::kBadRequest);
  bool FailType(std::string_view what, std::string_view go_type, std::string_view detail = {});
  bool FailType(const CborHead& head, std::string_view go_type, std::string_view detail = {}) {
    return FailType(CborMajorName(head.major), go_type, detail);
  }
  bool FailAt(std::size_t offset, std::string message) {
    cursor_.Seek(offset);
    return Fail(std::move(message));
  }
  // Adds `.name` or `[index]` to the path of the error, and returns false.
  bool Below(std::string_view name);
  bool Below(std::uint64_t index);
  bool FailDuplicate(std::size_t offset, const std::string& name, bool quoted, std::uint64_t index);
  bool CountItem();

  bool OpenTags();
  bool TakeString(const CborHead& head, std::string& out);
  bool TakeHead(CborHead& head);
  bool Text(std::string& out, std::string_view go_type, bool& is_null);
  bool Text(std::string& out, std::string_view go_type) {
    bool is_null = false;
    return Text(out, go_type, is_null);
  }
  bool Integer(std::int64_t& out, std::int64_t min, std::int64_t max, std::string_view go_type);
  bool Double(double& out);
  bool Bool(bool& out);
  bool Bytes(std::string& out);
  bool Timestamp(Kind kind, void* at);
  bool IntegerOrText(IntOrString& out);
  bool Raw(RawJson& out);

  bool Struct(const Type& type, void* data, bool outermost);
  bool Key(std::string& name, bool& is_name);
  bool TypeMetaValue(std::string_view name, bool outermost);
  bool Member(const Field& field, void* member);
  bool Value(const Field& field, void* at);
  bool List(const Field& field, void* member);
  bool Map(const Field& field, void* map);

  bool JsonTagged(std::uint64_t tag, std::string& out);
  bool JsonMap(const CborHead& head, std::string& out);

  const Type& root_;
  const DecodeOptions& options_;
  CborCursor cursor_;
  Later later_ = Later::kAsIs;
  std::string_view root_member_;  // The member of the outermost struct that is being read.
  std::size_t level_ = 0;         // Structs that are open.
  std::size_t items_ = 0;
  std::optional<std::size_t> unknown_;  // Index of the unknown field that strict decoding names.
  std::size_t unknown_level_ = 0;       // The innermost open struct that it is in.
  TypeMeta meta_;
  Error error_;
};

// Returns the negative integer -1 - `value` in decimal.
std::string NegativeText(std::uint64_t value);

}  // namespace k8snet::internal

#endif  // K8SNET_APIS_SRC_CBOR_READER_H_
