#include "k8snet/conversion/testing/fuzz.h"

#include <optional>
#include <utility>

#include "k8snet/apis/base/check.h"
#include "k8snet/apis/testing/fuzz.h"
#include "k8snet/conversion/plurals.h"

namespace k8snet::testing {
namespace {

Object Converted(const conversion::Converter& converter, const Object& in, const Type& to) {
  Result<Object> out = converter.Convert(in, to);
  K8SNET_CHECK(out.has_value());
  return *std::move(out);
}

Object Defaulted(void (*set_defaults)(MutableObject& object), const Object& in) {
  MutableObject object(in);
  set_defaults(object);
  Object once = std::move(object).Freeze();
  MutableObject again(once);
  set_defaults(again);
  K8SNET_CHECK(std::move(again).Freeze() == once);
  return once;
}

void CheckPlurals(const Object& hub) {
  MutableObject object(hub);
  conversion::NormalizePlurals(nullptr, object);
  const Object once = std::move(object).Freeze();
  MutableObject again(once);
  conversion::NormalizePlurals(nullptr, again);
  K8SNET_CHECK(std::move(again).Freeze() == once);
}

// Takes an object of the hub to the version `to`, from where it must be able to come and go.
void CheckVersion(const conversion::Converter& converter, const Object& hub, const Type& to) {
  const Object there = Converted(converter, hub, to);
  const Object back = Converted(converter, there, hub.type());
  const Object there_again = Converted(converter, back, to);
  const Object back_again = Converted(converter, there_again, hub.type());
  K8SNET_CHECK(Converted(converter, back_again, to) == there_again);
  K8SNET_CHECK(Converted(converter, there_again, hub.type()) == back_again);
}

}  // namespace

void FuzzConversion(std::span<const Resource> resources, const conversion::Converter& converter,
                    void (*set_defaults)(MutableObject& object), const std::uint8_t* data,
                    std::size_t size) {
  const std::optional<Object> made = FuzzObject(resources, data, size);
  if (!made) {
    return;
  }
  for (const Object& object : {*made, Defaulted(set_defaults, *made)}) {
    const Type& hub_type = converter.HubOf(object.type());
    const Object hub = Converted(converter, object, hub_type);
    CheckPlurals(hub);
    for (const Resource& resource : resources) {
      for (const Type* type : {resource.type, resource.list_type}) {
        if (type != nullptr && &converter.HubOf(*type) == &hub_type) {
          CheckVersion(converter, hub, *type);
          Converted(converter, object, *type);
        }
      }
    }
  }
}

}  // namespace k8snet::testing
