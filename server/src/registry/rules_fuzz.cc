// The rules of all kinds: validating bears with any object, and what is valid is still so after the
// way through every version that can hold it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "k8snet/apis/base/check.h"
#include "k8snet/apis/base/resource.h"
#include "k8snet/apis/codec/json.h"
#include "k8snet/apis/codec/protobuf.h"
#include "k8snet/apis/meta.h"
#include "k8snet/conversion/converter.h"
#include "k8snet/conversion/defaults.h"
#include "k8snet/conversion/plurals.h"
#include "k8snet/validation/validate.h"

namespace k8snet::server {
namespace {

Object Defaulted(const Object& object) {
  MutableObject defaulted(object);
  conversion::SetDefaults(defaulted);
  return std::move(defaulted).Freeze();
}

const Resource& HubOf(const Resource& resource) {
  for (const Resource& other : AllResources()) {
    if (other.hub && other.storage_prefix == resource.storage_prefix) {
      return other;
    }
  }
  return resource;
}

// What every list of findings must be, whatever it is about.
void CheckFindings(const field::ErrorList& errors) {
  for (const field::Error& error : errors) {
    K8SNET_CHECK(!error.path.empty());
    K8SNET_CHECK(!error.Body().empty());
  }
}

// Returns whether `object` is valid.
bool Validate(const Object& object, std::string_view version) {
  const validation::Context context{.request_version = version};
  const field::ErrorList errors = validation::Validate(object, context);
  CheckFindings(errors);
  // What is stored may stay, if it was valid.
  const field::ErrorList update = validation::ValidateUpdate(object, object, context);
  CheckFindings(update);
  K8SNET_CHECK(!errors.empty() || update.empty());
  const field::ErrorList status = validation::ValidateStatusUpdate(object, object, context);
  CheckFindings(status);
  for (const auto& warnings :
       {validation::Warnings(object, nullptr, context),
        validation::Warnings(object, &object, context), validation::StatusWarnings(object)}) {
    for (const std::string& warning : warnings) {
      K8SNET_CHECK(!warning.empty());
    }
  }
  return errors.empty();
}

void Run(const Resource& resource, std::string_view json) {
  static const conversion::Converter converter(conversion::BuiltinSpokes());
  auto decoded = DecodeJson(*resource.type, json);
  if (!decoded) {
    return;
  }
  const Object sent = Defaulted(std::move(decoded->object).Freeze());
  const Resource& hub = HubOf(resource);
  const auto converted = converter.Convert(sent, *hub.type);
  K8SNET_CHECK(converted.has_value());
  MutableObject normal(*converted);
  conversion::NormalizePlurals(nullptr, normal);
  const Object object = std::move(normal).Freeze();
  if (!Validate(object, resource.version)) {
    return;
  }
  for (const Resource& version : AllResources()) {
    if (version.storage_prefix != hub.storage_prefix) {
      continue;
    }
    const auto there = converter.Convert(object, *version.type);
    K8SNET_CHECK(there.has_value());
    // As a client of that version reads it and sends it back, in either form.
    auto text = DecodeJson(*version.type, EncodeJson(*there));
    K8SNET_CHECK(text.has_value());
    auto wire = DecodeProtobuf(*version.type, EncodeProtobuf(*there));
    K8SNET_CHECK(wire.has_value());
    for (MutableObject* read : {&text->object, &wire->object}) {
      const auto back = converter.Convert(Defaulted(std::move(*read).Freeze()), *hub.type);
      K8SNET_CHECK(back.has_value());
      // Versions differ in what may be new, never in what may stay.
      K8SNET_CHECK(
          validation::ValidateUpdate(*back, object, {.request_version = version.version}).empty());
      K8SNET_CHECK(validation::Validate(*back, {.request_version = resource.version}).empty());
    }
  }
}

}  // namespace
}  // namespace k8snet::server

// The kind and apiVersion of the JSON choose the resource.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const auto kind = k8snet::PeekJson(json);
  for (const k8snet::Resource& resource : k8snet::AllResources()) {
    if (kind && resource.kind == kind->kind && resource.type->api_version == kind->api_version) {
      k8snet::server::Run(resource, json);
    }
  }
  return 0;
}
