// RapidJSON's reader as this folder compiles it. Its settings change inline functions, so it has a
// namespace of its own and does not meet another copy in the same program.
#ifndef K8SNET_APIS_SRC_RAPIDJSON_H_
#define K8SNET_APIS_SRC_RAPIDJSON_H_

#define RAPIDJSON_NAMESPACE k8snet_rapidjson
#define RAPIDJSON_NAMESPACE_BEGIN namespace k8snet_rapidjson {
#define RAPIDJSON_NAMESPACE_END }
#if defined(__SSE2__)
#define RAPIDJSON_SSE2
#elif defined(__ARM_NEON)
#define RAPIDJSON_NEON
#endif

#include <rapidjson/error/error.h>
#include <rapidjson/reader.h>

#endif  // K8SNET_APIS_SRC_RAPIDJSON_H_
