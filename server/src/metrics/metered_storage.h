// A store whose changes are counted.
#ifndef K8SNET_SERVER_SRC_METRICS_METERED_STORAGE_H_
#define K8SNET_SERVER_SRC_METRICS_METERED_STORAGE_H_

#include <memory>

#include "k8snet/server/clock.h"
#include "k8snet/server/storage.h"
#include "src/metrics/metrics.h"

namespace k8snet::server {

// Returns `storage` with each commit told to `metrics`. Lifetime: `metrics` and `clock` outlive it.
[[nodiscard]] std::unique_ptr<Storage> NewMeteredStorage(std::unique_ptr<Storage> storage,
                                                         Metrics& metrics, const Clock& clock);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_METRICS_METERED_STORAGE_H_
