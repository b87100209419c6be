#include <memory>

#include "k8snet/server/storage.h"
#include "src/storage/log_storage.h"

namespace k8snet::server {
namespace {

class MemoryLog final : public RecordLog {
 public:
  [[nodiscard]] Status Write(const Transaction& /*transaction*/) override { return {}; }
};

}  // namespace

std::unique_ptr<Storage> NewMemoryStorage(const StorageOptions& options) {
  return std::make_unique<LogStorage>(std::make_unique<MemoryLog>(), OpenState(), options);
}

}  // namespace k8snet::server
