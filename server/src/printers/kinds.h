// The printers of the kinds that have one of their own.
#ifndef K8SNET_SERVER_SRC_PRINTERS_KINDS_H_
#define K8SNET_SERVER_SRC_PRINTERS_KINDS_H_

#include "k8snet/apis/base/type.h"
#include "src/printers/printer.h"

namespace k8snet::server {

// Returns the printer of a hub type, or null if it has none of its own. Lifetime: the program's.
[[nodiscard]] const Printer* KindPrinter(const Type& type);

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_PRINTERS_KINDS_H_
