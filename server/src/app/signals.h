// The signals that end the program.
#ifndef K8SNET_SERVER_SRC_APP_SIGNALS_H_
#define K8SNET_SERVER_SRC_APP_SIGNALS_H_

namespace k8snet::server {

// Holds SIGTERM and SIGINT back from this thread and those it starts, and ignores SIGPIPE. To be
// called before any thread is started.
void HoldSignals();

// Waits for SIGTERM or SIGINT. From then on a further one ends the program at once, with 1.
void AwaitShutdownSignal();

}  // namespace k8snet::server

#endif  // K8SNET_SERVER_SRC_APP_SIGNALS_H_
