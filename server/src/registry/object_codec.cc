#include "src/registry/object_codec.h"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "k8snet/apis/codec/cbor.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/meta.h"
#include "k8snet/conversion/defaults.h"
#include "src/errors.h"
#include "src/registry/wire_scan.h"

namespace k8snet::server {
namespace {

constexpr char kItemsTag = 0x12;  // Field 2 of every list message.

}  // namespace

Bytes ObjectCodec::EncodeStored(const Object& hub) const {
  MutableObject stored(hub);
  MetaOf(stored).resource_version.clear();
  return std::make_shared<const std::string>(EncodeProtobuf(std::move(stored).Freeze()));
}

Result<Object> ObjectCodec::DecodeStored(const StoredKind& kind, const Entry& entry,
                                         std::uint64_t revision, bool filled) const {
  const std::optional<std::string_view> message = StoredMessage(*entry.value());
  if (!message) {
    return InternalError("the stored object " + entry.key() + " cannot be read");
  }
  MutableObject object(*kind.hub->type);
  if (const auto merged = MergeProtobuf(object.type(), object.data(), *message); !merged) {
    return InternalError("the stored object " + entry.key() +
                         " cannot be read: " + merged.error().message);
  }
  MetaOf(object).resource_version = std::to_string(revision);
  SetDefaults(object);
  if (filled) {
    kind.strategy->FillOnRead(object);
  }
  return std::move(object).Freeze();
}

Result<MutableObject> ObjectCodec::ToHub(const ServedResource& served, const Object& object) const {
  if (served.is_hub()) {
    return MutableObject(object);
  }
  K8SNET_ASSIGN_OR_RETURN(const Object hub, converter_.Convert(object, *served.kind->hub->type));
  return MutableObject(hub);
}

Result<Object> ObjectCodec::FromHub(const ServedResource& served, const Object& hub) const {
  if (served.is_hub()) {
    return hub;
  }
  return converter_.Convert(hub, served.type());
}

void ObjectCodec::SetDefaults(MutableObject& object) const { conversion::SetDefaults(object); }

Result<Object> ObjectCodec::Decode(const ServedResource& served, const Entry& entry,
                                   std::uint64_t revision) const {
  K8SNET_ASSIGN_OR_RETURN(const Object hub, DecodeStored(*served.kind, entry, revision));
  return FromHub(served, hub);
}

Result<Bytes> ObjectCodec::Encoded(const ServedResource& served, EncodedForm form,
                                   const Entry& entry) const {
  std::optional<Error> error;
  Bytes bytes = entry.Encoding(KeyOf(served, form), [&]() -> Bytes {
    auto object = Decode(served, entry, entry.revision());
    if (!object) {
      error = std::move(object).error();
      return nullptr;
    }
    return std::make_shared<const std::string>(Encode(served, form, *object));
  });
  if (error) {
    return *std::move(error);
  }
  return bytes;
}

std::string ObjectCodec::Encode(const ServedResource&, EncodedForm form, const Object& object) {
  std::string out;
  switch (form) {
    case EncodedForm::kJsonTail:
      AppendJson(object.type(), object.data(), false, out);
      out.erase(0, 1);
      break;
    case EncodedForm::kProtobufItem: {
      std::string message;
      AppendProtobuf(object.type(), object.data(), message);
      out += kItemsTag;
      AppendVarint(message.size(), out);
      out += message;
      break;
    }
    case EncodedForm::kProtobufObject:
      out = EncodeProtobuf(object);
      break;
    case EncodedForm::kCborItem:
      AppendCbor(object.type(), object.data(), false, out);
      break;
    case EncodedForm::kTableRow:
    case EncodedForm::kMetadata:
      K8SNET_CHECK(false);
  }
  return out;
}

}  // namespace k8snet::server
