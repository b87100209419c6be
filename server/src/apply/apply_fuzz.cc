// A set of fields, a newline, and a configuration to apply to an object whose owner has that set.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "k8snet/apis/base/check.h"
#include "src/apply/field_set.h"
#include "src/apply/manager.h"
#include "src/patch/test_types.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace k8snet::server;  // NOLINT(google-build-using-namespace)
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = input.find('\n');
  const std::string_view fields = input.substr(0, line);
  const std::string_view config =
      line == std::string_view::npos ? std::string_view("{}") : input.substr(line + 1);
  if (const auto set = FieldSet::Decode(fields)) {
    const auto again = FieldSet::Decode(set->Encode());
    K8SNET_CHECK(again.has_value() && *again == *set);
    K8SNET_CHECK(set->Difference(*set).empty());
    K8SNET_CHECK(set->Union(*set) == *set && set->Intersection(*set) == *set);
  }
  constexpr std::string_view kLive =
      R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"x","uid":"u","labels":{"a":"1"},
          "finalizers":["a.io/f"]},"spec":{"type":"T","ports":[{"port":80,"protocol":"TCP"},
          {"port":53,"name":"d"},{"port":53,"name":"e"}],"selector":{"a":"b"}},
          "status":{"loadBalancer":{}}})";
  const WriteContext context{.type = &testing::ServiceType(),
                             .api_version = "v1",
                             .manager = "a",
                             .now = "2024-01-01T00:00:00Z",
                             .reset_field = "status"};
  for (const std::string_view manager : {"a", "b"}) {
    const std::vector<ManagedEntry> entries = {
        {std::string(manager), "Apply", "v1", "", "FieldsV1", std::string(fields), ""}};
    const auto applied = ApplyConfiguration(context, kLive, config, entries, false);
    if (applied) {
      (void)TrackUpdate(context, kLive, applied->document, entries);
    }
  }
  return 0;
}
