// Hand-written structs with tables, for tests: every kind and form of member occurs.
#ifndef K8SNET_APIS_SRC_CODEC_TEST_TYPES_H_
#define K8SNET_APIS_SRC_CODEC_TEST_TYPES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "k8snet/apis/base/scalars.h"
#include "k8snet/apis/base/type.h"

namespace k8snet::codec_test {

struct Meta {
  std::string name;
  std::map<std::string, std::string> labels;
  Time created;
  std::optional<Time> deleted;
  bool operator==(const Meta&) const = default;
};

struct Port {
  std::optional<std::string> name;
  std::int32_t number = 0;
  IntOrString target;
  bool operator==(const Port&) const = default;
};

struct RuleValue {
  std::optional<Port> http;
  bool operator==(const RuleValue&) const = default;
};

struct Rule {
  std::string host;
  RuleValue value;  // Inlined in JSON.
  bool operator==(const Rule&) const = default;
};

struct Spec {
  std::optional<std::string> thing_class;
  std::vector<Port> ports;
  std::optional<std::vector<std::string>> addresses;  // Always written.
  std::map<std::string, std::string> selector;
  std::vector<Rule> rules;
  bool flag = false;
  std::optional<bool> ready;
  std::int64_t big = 0;
  std::optional<std::int64_t> maybe_big;
  double ratio = 0;
  MicroTime at;
  std::optional<RawJson> raw;
  std::string bytes;
  std::vector<std::string> hosts;
  std::vector<std::int32_t> numbers;
  std::map<std::string, Port> named;
  std::optional<std::string> never;  // Written as null when absent.
  bool operator==(const Spec&) const = default;
};

struct Thing {
  Meta metadata;
  Spec spec;
  bool operator==(const Thing&) const = default;
};

}  // namespace k8snet::codec_test

namespace k8snet {
namespace codec_test::internal {

using k8snet::internal::kFieldOps;
using k8snet::internal::kTypeOps;

// The compilers of this project all support it, and the structs have no bases.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

#define K8SNET_TEST_FIELD(owner, member, json, num, ...)                                       \
  Field {                                                                                      \
    .json_name = json, .json_key = "\"" json "\":", .number = num,                             \
    .offset = offsetof(owner, member), __VA_ARGS__, .ops = &kFieldOps<decltype(owner::member)> \
  }

inline constexpr std::array kMetaFields = {
    K8SNET_TEST_FIELD(Meta, name, "name", 1, .kind = Kind::kString),
    K8SNET_TEST_FIELD(Meta, labels, "labels", 2, .kind = Kind::kString, .form = Form::kMap),
    K8SNET_TEST_FIELD(Meta, created, "created", 3, .kind = Kind::kTime, .omit = Omit::kZero),
    K8SNET_TEST_FIELD(Meta, deleted, "deleted", 4, .kind = Kind::kTime, .form = Form::kOptional),
};
inline constexpr auto kMetaSlots = k8snet::internal::MakeSlots<8>(kMetaFields);
inline constexpr Type kMeta = {.name = "Meta",
                               .version = "v1",
                               .fields = kMetaFields,
                               .wire = kMetaFields,
                               .slots = kMetaSlots.slots,
                               .slot_seed = kMetaSlots.seed,
                               .ops = &kTypeOps<Meta>};

inline constexpr std::array kPortFields = {
    K8SNET_TEST_FIELD(Port, name, "name", 1, .kind = Kind::kString, .form = Form::kOptional),
    K8SNET_TEST_FIELD(Port, number, "number", 2, .kind = Kind::kInt32),
    K8SNET_TEST_FIELD(Port, target, "target", 3, .kind = Kind::kIntOrString),
};
inline constexpr auto kPortSlots = k8snet::internal::MakeSlots<8>(kPortFields);
inline constexpr Type kPort = {.name = "Port",
                               .version = "v1",
                               .fields = kPortFields,
                               .wire = kPortFields,
                               .slots = kPortSlots.slots,
                               .slot_seed = kPortSlots.seed,
                               .ops = &kTypeOps<Port>};

inline constexpr std::array kRuleValueFields = {
    K8SNET_TEST_FIELD(RuleValue, http, "http", 1, .kind = Kind::kMessage, .form = Form::kOptional,
                      .type = &kPort),
};
inline constexpr auto kRuleValueSlots = k8snet::internal::MakeSlots<2>(kRuleValueFields);
inline constexpr Type kRuleValue = {.name = "RuleValue",
                                    .version = "v1",
                                    .fields = kRuleValueFields,
                                    .wire = kRuleValueFields,
                                    .slots = kRuleValueSlots.slots,
                                    .slot_seed = kRuleValueSlots.seed,
                                    .ops = &kTypeOps<RuleValue>};

inline constexpr std::array kRuleFields = {
    K8SNET_TEST_FIELD(Rule, host, "host", 1, .kind = Kind::kString),
    Field{.json_name = "http",
          .json_key = "\"http\":",
          .number = 1,
          .offset = offsetof(Rule, value) + offsetof(RuleValue, http),
          .kind = Kind::kMessage,
          .form = Form::kOptional,
          .type = &kPort,
          .ops = &kFieldOps<std::optional<Port>>},
};
inline constexpr std::array kRuleWire = {
    K8SNET_TEST_FIELD(Rule, host, "host", 1, .kind = Kind::kString),
    K8SNET_TEST_FIELD(Rule, value, "value", 2, .kind = Kind::kMessage, .type = &kRuleValue),
};
inline constexpr auto kRuleSlots = k8snet::internal::MakeSlots<4>(kRuleFields);
inline constexpr Type kRule = {.name = "Rule",
                               .version = "v1",
                               .fields = kRuleFields,
                               .wire = kRuleWire,
                               .slots = kRuleSlots.slots,
                               .slot_seed = kRuleSlots.seed,
                               .ops = &kTypeOps<Rule>};

inline constexpr std::array kSpecFields = {
    K8SNET_TEST_FIELD(Spec, thing_class, "thingClass", 1, .kind = Kind::kString,
                      .form = Form::kOptional),
    K8SNET_TEST_FIELD(Spec, ports, "ports", 2, .kind = Kind::kMessage, .form = Form::kList,
                      .type = &kPort),
    K8SNET_TEST_FIELD(Spec, addresses, "addresses", 3, .kind = Kind::kString,
                      .form = Form::kNullableList, .omit = Omit::kNever),
    K8SNET_TEST_FIELD(Spec, selector, "selector", 4, .kind = Kind::kString, .form = Form::kMap),
    K8SNET_TEST_FIELD(Spec, rules, "rules", 5, .kind = Kind::kMessage, .form = Form::kList,
                      .type = &kRule),
    K8SNET_TEST_FIELD(Spec, flag, "flag", 6, .kind = Kind::kBool),
    K8SNET_TEST_FIELD(Spec, ready, "ready", 7, .kind = Kind::kBool, .form = Form::kOptional),
    K8SNET_TEST_FIELD(Spec, big, "big", 8, .kind = Kind::kInt64),
    K8SNET_TEST_FIELD(Spec, maybe_big, "maybeBig", 9, .kind = Kind::kInt64,
                      .form = Form::kOptional),
    K8SNET_TEST_FIELD(Spec, ratio, "ratio", 10, .kind = Kind::kDouble),
    K8SNET_TEST_FIELD(Spec, at, "at", 11, .kind = Kind::kMicroTime, .omit = Omit::kZero),
    K8SNET_TEST_FIELD(Spec, raw, "raw", 12, .kind = Kind::kRawJson, .form = Form::kOptional),
    K8SNET_TEST_FIELD(Spec, bytes, "bytes", 13, .kind = Kind::kBytes),
    K8SNET_TEST_FIELD(Spec, hosts, "hosts", 14, .kind = Kind::kString, .form = Form::kList),
    K8SNET_TEST_FIELD(Spec, numbers, "numbers", 15, .kind = Kind::kInt32, .form = Form::kList),
    K8SNET_TEST_FIELD(Spec, named, "named", 16, .kind = Kind::kMessage, .form = Form::kMap,
                      .type = &kPort),
    K8SNET_TEST_FIELD(Spec, never, "never", 17, .kind = Kind::kString, .form = Form::kOptional,
                      .omit = Omit::kNever),
};
inline constexpr auto kSpecSlots = k8snet::internal::MakeSlots<64>(kSpecFields);
inline constexpr Type kSpec = {.name = "Spec",
                               .version = "v1",
                               .fields = kSpecFields,
                               .wire = kSpecFields,
                               .slots = kSpecSlots.slots,
                               .slot_seed = kSpecSlots.seed,
                               .ops = &kTypeOps<Spec>};

inline constexpr std::array kThingFields = {
    K8SNET_TEST_FIELD(Thing, metadata, "metadata", 1, .kind = Kind::kMessage, .type = &kMeta),
    K8SNET_TEST_FIELD(Thing, spec, "spec", 2, .kind = Kind::kMessage, .type = &kSpec),
};
inline constexpr auto kThingSlots = k8snet::internal::MakeSlots<4>(kThingFields);
inline constexpr Type kThing = {.name = "Thing",
                                .group = "test.k8snet",
                                .version = "v1",
                                .api_version = "test.k8snet/v1",
                                .is_kind = true,
                                .fields = kThingFields,
                                .wire = kThingFields,
                                .slots = kThingSlots.slots,
                                .slot_seed = kThingSlots.seed,
                                .ops = &kTypeOps<Thing>,
                                .metadata = &kThingFields[0]};

#undef K8SNET_TEST_FIELD
#pragma GCC diagnostic pop

}  // namespace codec_test::internal

template <>
inline const Type& TypeOf<codec_test::Thing>() {
  return codec_test::internal::kThing;
}

}  // namespace k8snet

#endif  // K8SNET_APIS_SRC_CODEC_TEST_TYPES_H_
