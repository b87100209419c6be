// Patches of every form on a document. The first byte says which form.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "k8snet/apis/base/check.h"
#include "src/patch/json.h"
#include "src/patch/patch.h"
#include "src/patch/test_types.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace k8snet::server;  // NOLINT(google-build-using-namespace)
  constexpr std::string_view kDocument =
      R"({"metadata":{"name":"x","labels":{"a":"1"},"finalizers":["a.io/f","a.io/g"],
          "ownerReferences":[{"uid":"u1"},{"uid":"u2"}]},
          "spec":{"type":"T","ports":[{"port":80,"protocol":"TCP"},{"port":53,"name":"d"}],
          "selector":{"a":"b"},"externalIPs":["1.2.3.4"]}})";
  if (size == 0) {
    return 0;
  }
  const std::string_view patch(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto check = [](const auto& result) {
    K8SNET_CHECK(!result || ParseJson(result->document).has_value());
  };
  switch (data[0]) {
    case 'j':
      check(ApplyJsonPatch(kDocument, patch));
      break;
    case 'm':
      check(ApplyMergePatch(kDocument, patch));
      break;
    default:
      check(ApplyStrategicMergePatch(testing::ServiceType(), kDocument, patch));
  }
  return 0;
}
