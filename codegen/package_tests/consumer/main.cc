// Uses a type, each codec, a conversion and the rules of the installed library.
#include <cstdio>
#include <string>
#include <utility>

#include <k8snet/apis/codec/cbor.h>
#include <k8snet/apis/codec/json.h>
#include <k8snet/apis/codec/protobuf.h>
#include <k8snet/apis/codec/yaml.h>
#include <k8snet/apis/networking/v1.h>
#include <k8snet/apis/networking/v1beta1.h>
#include <k8snet/conversion/converter.h>
#include <k8snet/validation/validate.h>

namespace {

namespace v1 = k8snet::networking::v1;
namespace v1beta1 = k8snet::networking::v1beta1;

k8snet::Object OldIngress() {
  v1beta1::Ingress ingress;
  ingress.metadata.name = "web";
  ingress.metadata.namespace_ = "default";
  ingress.spec.backend.emplace();
  ingress.spec.backend->service_name = "web";
  ingress.spec.backend->service_port = 80;
  return k8snet::Object::Of(std::move(ingress));
}

// Whether `object` is what its encoding decodes to.
template <typename Encode, typename Decode>
bool Survives(const char* format, const k8snet::Object& object, Encode encode, Decode decode) {
  auto decoded = decode(object.type(), encode(object), k8snet::DecodeOptions());
  const bool good = decoded && std::move(decoded->object).Freeze() == object;
  std::printf("%s: %s\n", format, good ? "ok" : "differs");
  return good;
}

}  // namespace

int main() {
  const k8snet::conversion::Converter converter(k8snet::conversion::BuiltinSpokes());
  const auto hub = converter.Convert(OldIngress(), k8snet::TypeOf<v1::Ingress>());
  if (!hub || hub->Get<v1::Ingress>().spec.default_backend->service->port.number != 80) {
    std::puts("conversion fails");
    return 1;
  }
  const auto errors = k8snet::validation::Validate(*hub);
  for (const auto& error : errors) {
    std::puts(error.ToString().c_str());
  }
  const auto json = [](const k8snet::Object& object) { return k8snet::EncodeJson(object); };
  bool good = errors.empty();
  good &= Survives("JSON", *hub, json, k8snet::DecodeJson);
  good &= Survives("YAML", *hub, k8snet::EncodeYaml, k8snet::DecodeYaml);
  good &= Survives("protobuf", *hub, k8snet::EncodeProtobuf, k8snet::DecodeProtobuf);
  good &= Survives("CBOR", *hub, k8snet::EncodeCbor, k8snet::DecodeCbor);
  return good ? 0 : 1;
}
