// Types for tests of patches and apply: a Service and an Ingress in small. Tables only, no structs.
#ifndef K8SNET_SERVER_SRC_PATCH_TEST_TYPES_H_
#define K8SNET_SERVER_SRC_PATCH_TEST_TYPES_H_

#include <array>

#include "k8snet/apis/base/type.h"

namespace k8snet::server::testing {
namespace internal {

constexpr Field Scalar(std::string_view name, Kind kind = Kind::kString) {
  return {.json_name = name, .kind = kind, .form = Form::kValue};
}

constexpr Field Struct(std::string_view name, const Type* type, Form form = Form::kOptional) {
  return {.json_name = name, .kind = Kind::kMessage, .form = form, .type = type};
}

constexpr Field Map(std::string_view name, bool atomic = false) {
  return {.json_name = name, .kind = Kind::kString, .form = Form::kMap, .atomic = atomic};
}

constexpr Field List(std::string_view name, ListType list_type = ListType::kAtomic) {
  return {.json_name = name,
          .kind = Kind::kString,
          .form = Form::kList,
          .list_type = list_type,
          .patch_merge = list_type == ListType::kSet};
}

constexpr Field Structs(std::string_view name, const Type* type, std::string_view keys = {},
                        std::string_view merge_key = {}) {
  return {.json_name = name,
          .kind = Kind::kMessage,
          .form = Form::kList,
          .list_type = keys.empty() ? ListType::kAtomic : ListType::kMap,
          .patch_merge = !merge_key.empty(),
          .patch_merge_key = merge_key,
          .list_map_keys = keys,
          .type = type};
}

template <std::size_t kFields>
consteval auto Slots(const std::array<Field, kFields>& fields) {
  return k8snet::internal::MakeSlots<64>(fields);
}

template <std::size_t kFields>
inline constexpr Type Make(std::string_view name, const std::array<Field, kFields>& fields,
                           const k8snet::internal::SlotTable<64>& slots, bool is_kind = false) {
  return {.name = name,
          .is_kind = is_kind,
          .fields = fields,
          .slots = slots.slots,
          .slot_seed = slots.seed};
}

inline constexpr std::array kOwnerFields = {Scalar("apiVersion"), Scalar("kind"), Scalar("name"),
                                            Scalar("uid")};
inline constexpr auto kOwnerSlots = Slots(kOwnerFields);
inline constexpr Type kOwner = Make("OwnerReference", kOwnerFields, kOwnerSlots);

constexpr Field Owners() {
  Field field = Structs("ownerReferences", &kOwner, "uid", "uid");
  field.atomic = true;
  return field;
}

inline constexpr std::array kMetaFields = {
    Scalar("name"),
    Scalar("namespace"),
    Scalar("uid"),
    Scalar("resourceVersion"),
    Scalar("generation", Kind::kInt64),
    Field{.json_name = "creationTimestamp", .kind = Kind::kTime, .form = Form::kValue},
    Map("labels"),
    Map("annotations"),
    Owners(),
    List("finalizers", ListType::kSet),
};
inline constexpr auto kMetaSlots = Slots(kMetaFields);
inline constexpr Type kMeta = Make("ObjectMeta", kMetaFields, kMetaSlots);

inline constexpr std::array kPortFields = {
    Scalar("name"),
    Field{.json_name = "protocol", .kind = Kind::kString, .default_json = "\"TCP\""},
    Scalar("port", Kind::kInt32),
    Scalar("targetPort", Kind::kIntOrString),
    Scalar("nodePort", Kind::kInt32),
};
inline constexpr auto kPortSlots = Slots(kPortFields);
inline constexpr Type kPort = Make("ServicePort", kPortFields, kPortSlots);

inline constexpr std::array kSpecFields = {
    Structs("ports", &kPort, "port,protocol", "port"),
    Map("selector", true),
    Map("settings"),
    Scalar("type"),
    List("externalIPs"),
    List("names", ListType::kSet),
    Scalar("count", Kind::kInt64),
    Scalar("ready", Kind::kBool),
};
inline constexpr auto kSpecSlots = Slots(kSpecFields);
inline constexpr Type kSpec = Make("ServiceSpec", kSpecFields, kSpecSlots);

inline constexpr std::array kConditionFields = {Scalar("type"), Scalar("status")};
inline constexpr auto kConditionSlots = Slots(kConditionFields);
inline constexpr Type kCondition = Make("Condition", kConditionFields, kConditionSlots);

inline constexpr std::array kBalancerFields = {List("ingress")};
inline constexpr auto kBalancerSlots = Slots(kBalancerFields);
inline constexpr Type kBalancer = Make("LoadBalancerStatus", kBalancerFields, kBalancerSlots);

inline constexpr std::array kStatusFields = {
    Struct("loadBalancer", &kBalancer, Form::kValue),
    Structs("conditions", &kCondition, "type", "type"),
};
inline constexpr auto kStatusSlots = Slots(kStatusFields);
inline constexpr Type kStatus = Make("ServiceStatus", kStatusFields, kStatusSlots);

inline constexpr std::array kServiceFields = {
    Struct("metadata", &kMeta, Form::kValue),
    Struct("spec", &kSpec, Form::kValue),
    Struct("status", &kStatus, Form::kValue),
};
inline constexpr auto kServiceSlots = Slots(kServiceFields);
inline constexpr Type kService = Make("Service", kServiceFields, kServiceSlots, true);

inline constexpr std::array kBackendPortFields = {Scalar("name"), Scalar("number", Kind::kInt32)};
inline constexpr auto kBackendPortSlots = Slots(kBackendPortFields);
inline constexpr Type kBackendPort =
    Make("ServiceBackendPort", kBackendPortFields, kBackendPortSlots);

constexpr Field AtomicPort() {
  Field field = Struct("port", &kBackendPort, Form::kValue);
  field.atomic = true;
  return field;
}

inline constexpr std::array kBackendServiceFields = {Scalar("name"), AtomicPort()};
inline constexpr auto kBackendServiceSlots = Slots(kBackendServiceFields);
inline constexpr Type kBackendService =
    Make("IngressServiceBackend", kBackendServiceFields, kBackendServiceSlots);

inline constexpr std::array kBackendFields = {Struct("service", &kBackendService)};
inline constexpr auto kBackendSlots = Slots(kBackendFields);
inline constexpr Type kBackend = Make("IngressBackend", kBackendFields, kBackendSlots);

inline constexpr std::array kRuleFields = {Scalar("host"), List("values", ListType::kSet),
                                           Struct("backend", &kBackend)};
inline constexpr auto kRuleSlots = Slots(kRuleFields);
inline constexpr Type kRule = Make("IngressRule", kRuleFields, kRuleSlots);

inline constexpr std::array kIngressSpecFields = {
    Scalar("ingressClassName"), Struct("defaultBackend", &kBackend), Structs("rules", &kRule)};
inline constexpr auto kIngressSpecSlots = Slots(kIngressSpecFields);
inline constexpr Type kIngressSpec = Make("IngressSpec", kIngressSpecFields, kIngressSpecSlots);

inline constexpr std::array kIngressFields = {Struct("metadata", &kMeta, Form::kValue),
                                              Struct("spec", &kIngressSpec, Form::kValue)};
inline constexpr auto kIngressSlots = Slots(kIngressFields);
inline constexpr Type kIngress = Make("Ingress", kIngressFields, kIngressSlots, true);

}  // namespace internal

// metadata; spec {selector (atomic map), ports (keys port, protocol; merged by port), type,
// externalIPs (atomic), names (set, merged), settings (map), count (int64)};
// status {conditions (key type), loadBalancer {ingress (atomic)}}.
[[nodiscard]] inline const Type& ServiceType() { return internal::kService; }

// metadata; spec {ingressClassName, defaultBackend {service {name, port (atomic struct)}},
// rules (atomic) [{host, values (set)}]}.
[[nodiscard]] inline const Type& IngressType() { return internal::kIngress; }

}  // namespace k8snet::server::testing

#endif  // K8SNET_SERVER_SRC_PATCH_TEST_TYPES_H_
