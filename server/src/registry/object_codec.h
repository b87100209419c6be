// Objects between the store, the hub version and the versions and formats that clients ask for.
#ifndef K8SNET_SERVER_SRC_REGISTRY_OBJECT_CODEC_H_
#define K8SNET_SERVER_SRC_REGISTRY_OBJECT_CODEC_H_

#include <cstdint>
#include <string>

#include "k8snet/apis/base/object.h"
#include "k8snet/apis/base/result.h"
#include "k8snet/conversion/converter.h"
#include "k8snet/server/http.h"
#include "src/registry/served.h"
#include "src/storage/entry.h"

namespace k8snet::server {

// How an object's bytes are kept for answers.
enum class EncodedForm : std::uint8_t {
  kJsonTail,        // Compact JSON without kind, apiVersion and the opening brace.
  kProtobufItem,    // As an item of a list message: tag, length, message.
  kProtobufObject,  // In the envelope.
  kCborItem,        // As an item of a list: without tag, kind and apiVersion.
  // What the renderer makes, in JSON:
  kTableRow,  // A row of a table, but for its age.
  kMetadata,  // A PartialObjectMetadata.
};

// Turns objects from one form into another. Thread-safe: immutable once constructed.
class ObjectCodec {
 public:
  // `converter` outlives this.
  explicit ObjectCodec(const conversion::Converter& converter) : converter_(converter) {}

  // Returns what is stored for `hub`: its protobuf without a resourceVersion.
  [[nodiscard]] Bytes EncodeStored(const Object& hub) const;

  // Returns the object of an entry in the hub version, defaulted, with `revision` as its
  // resourceVersion; `filled`, as Strategy::FillOnRead says.
  // Errors: kInternalError, the stored bytes cannot be read.
  [[nodiscard]] Result<Object> DecodeStored(const StoredKind& kind, const Entry& entry,
                                            std::uint64_t revision, bool filled = true) const;

  // Returns `object`, which is in the version `served`, in the hub version; and back.
  [[nodiscard]] Result<MutableObject> ToHub(const ServedResource& served,
                                            const Object& object) const;
  [[nodiscard]] Result<Object> FromHub(const ServedResource& served, const Object& hub) const;

  // Sets the defaults of the version that `object` is in.
  void SetDefaults(MutableObject& object) const;

  // Returns the object of `entry` in the version `served`, with `revision` as its resourceVersion.
  [[nodiscard]] Result<Object> Decode(const ServedResource& served, const Entry& entry,
                                      std::uint64_t revision) const;

  // Returns the bytes of `entry` in the version `served`, made once and kept with it.
  [[nodiscard]] Result<Bytes> Encoded(const ServedResource& served, EncodedForm form,
                                      const Entry& entry) const;

  // Names the bytes of a form among those kept with an entry.
  [[nodiscard]] static EncodingKey KeyOf(const ServedResource& served, EncodedForm form) {
    return (served.index << 4U) | static_cast<EncodingKey>(form);
  }

  // Returns the bytes of `object`, which is in the version `served`; not for what the renderer
  // makes.
  [[nodiscard]] static std::string Encode(const ServedResource& served, EncodedForm form,
                                          const Object& object);

 private:
  const conversion::Converter& converter_;
};

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_REGISTRY_OBJECT_CODEC_H_
