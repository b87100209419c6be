#include "src/app/feature_gates.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>

namespace k8snet::server {
namespace {

// The gates of Kubernetes 1.37, and those of networking that earlier releases had, by their
// defaults; each list sorted. Source: kubernetes/kubernetes pkg/features/kube_features.go,
// kubernetes/apiserver pkg/features/kube_features.go.
// clang-format off
// On, and can be switched off.
constexpr std::string_view kOn[] = {
    "APIResponseCompression",
    "APIServerIdentity",
    "AllowParsingUserUIDFromCertAuth",
    "AllowServiceExternalIPs",
    "AllowUnsafeMalformedObjectDeletion",
    "AtomicFIFO",
    "AuthorizePodWebsocketUpgradeCreatePermission",
    "CPUManagerPolicyBetaOptions",
    "CRDObservedGenerationTracking",
    "ClearingNominatedNodeNameAfterBinding",
    "ClientsAllowCARotation",
    "ClientsAllowTLSCacheGC",
    "ClusterTrustBundle",
    "ClusterTrustBundleProjection",
    "ComponentFlagz",
    "ComponentStatusz",
    "ConcurrentWatchObjectDecode",
    "ConstrainedImpersonation",
    "ContainerCheckpoint",
    "ContainerRestartRules",
    "ContextualLogging",
    "CustomCPUCFSQuotaPeriod",
    "DRAConsumableCapacity",
    "DRADeviceBindingConditions",
    "DRADeviceTaintRules",
    "DRADeviceTaints",
    "DRAPartitionableDevices",
    "DRAResourceClaimGranularStatusAuthorization",
    "DRASchedulerFilterTimeout",
    "DeclarativeValidationBeta",
    "DeploymentReplicaSetTerminatingReplicas",
    "DetectCacheInconsistency",
    "EndpointSlice",
    "EndpointSliceNodeName",
    "EndpointSliceProxying",
    "EndpointSliceTerminatingCondition",
    "EnvFiles",
    "EtcdRangeStream",
    "ExcludeAdmissionWebhookVirtualResources",
    "ExtendWebSocketsToKubelet",
    "GracefulNodeShutdown",
    "GracefulNodeShutdownBasedOnPodPriority",
    "HPAGeneration",
    "HPAOptimizedSelectorStore",
    "HPAScaleToZero",
    "HugepageAwareEviction",
    "IPv6DualStack",
    "InOrderInformersBatchProcess",
    "InPlacePodLevelResourcesVerticalScaling",
    "InformerResourceVersion",
    "IngressClassNamespacedParams",
    "KubeProxyIPVS",
    "KubeletCrashLoopBackOffMax",
    "KubeletEnsureSecretPulledImages",
    "KubeletInUserNamespace",
    "KubeletPodResourcesListUseActivePods",
    "KubeletSeparateDiskGC",
    "KubeletServiceAccountTokenForCredentialProviders",
    "ListFromCacheSnapshot",
    "LoadBalancerIPMode",
    "LoggingBetaOptions",
    "ManifestBasedAdmissionControlConfig",
    "MatchLabelKeysInPodTopologySpread",
    "MatchLabelKeysInPodTopologySpreadSelectorMerge",
    "MaxUnavailableStatefulSet",
    "MemoryQoS",
    "MixedProtocolLBService",
    "MutablePodResourcesForSuspendedJobs",
    "MutableSchedulingDirectivesForSuspendedJobs",
    "MutatingAdmissionPolicy",
    "NFTablesNetlink",
    "NativeHistograms",
    "NetworkPolicyEndPort",
    "NodeControllerLeaseCircuitBreaker",
    "NominatedNodeNameForExpectation",
    "OpenAPIEnums",
    "OpportunisticBatching",
    "PersistentVolumeClaimUnusedSinceTime",
    "PodCertificateRequest",
    "PodDeletionCost",
    "PodLevelResources",
    "PodLevelResourcesFixDefaulting",
    "PodLevelResourcesFixKubeletQOSClass",
    "PodTopologyLabelsAdmission",
    "PodsAPI",
    "PortForwardWebsockets",
    "ReloadKubeletServerCertificateFile",
    "RemoteRequestHeaderUID",
    "ResourceHealthStatus",
    "ResourceHealthStatusMessage",
    "RestartAllContainersOnContainerExits",
    "RotateKubeletServerCertificate",
    "SELinuxMount",
    "SchedulerAsyncPreemption",
    "SchedulerPopFromBackoffQ",
    "ServerSideApply",
    "ServiceAccountNodeAudienceRestriction",
    "ServiceAppProtocol",
    "ServiceCIDRStatusFieldWiping",
    "ServiceIPStaticSubrange",
    "ServiceInternalTrafficPolicy",
    "ServiceLBNodePortControl",
    "ServiceLoadBalancerClass",
    "ServiceNodePortStaticSubrange",
    "ServiceTrafficDistribution",
    "SizeBasedListCostEstimate",
    "StaleControllerConsistencyDaemonSet",
    "StaleControllerConsistencyHPA",
    "StaleControllerConsistencyJob",
    "StaleControllerConsistencyReplicaSet",
    "StaleControllerConsistencyStatefulSet",
    "StatefulSetSemanticRevisionComparison",
    "StorageCapacityScoring",
    "StorageNamespaceIndex",
    "StorageVersionHash",
    "StorageVersionMigrator",
    "StrictIPCIDRValidation",
    "StructuredAuthenticationConfigurationEgressSelector",
    "StructuredAuthenticationConfigurationJWKSMetrics",
    "TokenRequestServiceAccountUIDValidation",
    "TopologyAwareHints",
    "TopologyManagerPolicyBetaOptions",
    "TranslateStreamCloseWebsocketRequests",
    "UnauthenticatedHTTP2DOSMitigation",
    "UnknownVersionInteroperabilityProxy",
    "UnlockWhileProcessingFIFO",
    "VolumeLimitScaling",
    "WatchList",
    "WatchListClient",
    "WatchListCompression",
    "WebhookRoundTripLoadBalancing",
    "WindowsGracefulNodeShutdown",
};
// Off, and can be switched on.
constexpr std::string_view kOff[] = {
    "APIServerWebhookAuthenticationToken",
    "APIServingWithRoutine",
    "AllAlpha",
    "AllBeta",
    "AllowDNSOnlyNodeCSR",
    "AllowInsecureKubeletCertificateSigningRequests",
    "AtomicWriteVolumeUserFields",
    "CBORServingAndStorage",
    "CPUManagerPolicyAlphaOptions",
    "CRIListStreaming",
    "CSIVolumeHealth",
    "ChangeContainerStatusOnKubeletRestart",
    "ClientsAllowCBOR",
    "ClientsPreferCBOR",
    "CloudControllerManagerWatchBasedRoutesReconciliation",
    "CloudControllerManagerWebhook",
    "CompositePodGroup",
    "ConsistentListFromCacheSkipTimeoutFallback",
    "ContainerStopSignals",
    "ControllerManagerReleaseLeaderElectionLockOnExit",
    "CoordinatedLeaderElection",
    "CrossNamespaceVolumeDataSource",
    "DRADerivedAttributes",
    "DRADeviceCompatibilityGroups",
    "DRAFractionalCapacityRange",
    "DRAListTypeAttributes",
    "DRANodeAllocatableResources",
    "DRAOptionalNodeOperations",
    "DRAPartitionableDevicesType",
    "DRAResourcePoolStatus",
    "DRAWorkloadResourceClaims",
    "DefaultPodSysctls",
    "EmptyDirVolumeMode",
    "EventedPLEG",
    "EvictionRequestAPI",
    "GRPCContainerProbeTLS",
    "GenericWorkload",
    "H2CContainerProbe",
    "ImageVolumeWithDigest",
    "InPlacePodVerticalScalingExclusiveCPUs",
    "InPlacePodVerticalScalingExclusiveMemory",
    "InPlacePodVerticalScalingMemoryBackedVolumes",
    "InPlacePodVerticalScalingSchedulerPreemption",
    "InterPodAffinityHostnameFastPath",
    "KMSv1",
    "KubeProxyNFTablesLocalhostNodePorts",
    "KubeletAllocatedPodsEndpoint",
    "KubeletRegistrationGetOnExistsOnly",
    "LocalStorageCapacityIsolationFSQuotaMonitoring",
    "LoggingAlphaOptions",
    "MutablePVNodeAffinity",
    "NetworkPolicyStatus",
    "NodeLifecycleConditions",
    "PodAndContainerStatsFromCRI",
    "PodGroupPreemptionPolicy",
    "PodLevelResourceManagers",
    "PodLogsQuerySplitStreams",
    "QOSReserved",
    "ReduceDefaultCrashLoopBackOffDecay",
    "RuntimeClassInImageCriApi",
    "SchedulerAsyncAPICalls",
    "SchedulerPreQueueingHints",
    "ServiceTopology",
    "ShardedListAndWatch",
    "StatefulSetRecreateStrategy",
    "StorageVersionAPI",
    "TaintTolerationComparisonOperators",
    "TopologyAwareWorkloadScheduling",
    "TopologyManagerPolicyAlphaOptions",
    "UserNamespacesHostNetworkSupport",
    "VolumeBindMountOptions",
    "WindowsCPUAndMemoryAffinity",
    "WindowsHostNetwork",
    "WorkloadWithJob",
};
// On for ever.
constexpr std::string_view kLockedOn[] = {
    "AggregatedDiscoveryRemoveBetaType",
    "CPUManagerPolicyOptions",
    "CRDValidationRatcheting",
    "CSIServiceAccountTokenSecrets",
    "CustomResourceFieldSelectors",
    "DRAAdminAccess",
    "DRAExtendedResource",
    "DRAPrioritizedList",
    "DRAResourceClaimDeviceStatus",
    "DeclarativeValidation",
    "DisableAllocatorDualWrite",
    "DisableCPUQuotaWithExclusiveCPUs",
    "DisableNodeKubeProxyVersion",
    "DynamicResourceAllocation",
    "ExecProbeTimeout",
    "ExternalServiceAccountTokenSigner",
    "HPAConfigurableTolerance",
    "HostnameOverride",
    "ImageMaximumGCAge",
    "ImageVolume",
    "InOrderInformers",
    "InPlacePodVerticalScaling",
    "InPlacePodVerticalScalingInitContainers",
    "JobManagedBy",
    "KubeletCgroupDriverFromCRI",
    "KubeletFineGrainedAuthz",
    "KubeletPSI",
    "KubeletPodResourcesDynamicResources",
    "KubeletPodResourcesGet",
    "KubeletTracing",
    "MatchLabelKeysInPodAffinity",
    "MultiCIDRServiceAllocator",
    "MutableCSINodeAllocatableCount",
    "NFTablesProxyMode",
    "NodeDeclaredFeatures",
    "NodeInclusionPolicyInPodTopologySpread",
    "NodeLogQuery",
    "NodeSwap",
    "PLEGOnDemandRelist",
    "PodObservedGenerationTracking",
    "PodReadyToStartContainersCondition",
    "PodSchedulingReadiness",
    "PreferSameTrafficDistribution",
    "ProcMountType",
    "RecoverVolumeExpansionFailure",
    "RecursiveReadOnlyMounts",
    "RelaxedEnvironmentVariableValidation",
    "RelaxedServiceNameValidation",
    "SELinuxChangePolicy",
    "SELinuxMountReadWriteOncePod",
    "SeparateTaintEvictionController",
    "ServiceAccountTokenJTI",
    "ServiceAccountTokenNodeBinding",
    "ServiceAccountTokenNodeBindingValidation",
    "ServiceAccountTokenPodNodeInfo",
    "SupplementalGroupsPolicy",
    "TopologyManagerPolicyOptions",
    "UserNamespacesSupport",
    "VolumeAttributesClass",
    "WatchCacheInitializationPostStartHook",
    "WinDSR",
    "WinOverlay",
};
// Off for ever.
constexpr std::string_view kLockedOff[] = {
    "AllowOverwriteTerminationGracePeriodSeconds",
    "DeclarativeValidationTakeover",
    "GitRepoVolumeDriver",
    "SeparateCacheWatchRPC",
};
// clang-format on

template <std::size_t size>
bool Contains(const std::string_view (&names)[size], std::string_view name) {
  return std::binary_search(std::begin(names), std::end(names), name);
}

// Source: golang/go src/strconv/atob.go, ParseBool.
std::optional<bool> ParseBool(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) {
      return true;
    }
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) {
      return false;
    }
  }
  return std::nullopt;
}

std::string_view Trim(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

}  // namespace

Status FeatureGates::Set(std::string_view text) {
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view pair = Trim(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (pair.starts_with("kube:")) {
      pair.remove_prefix(5);
    }
    if (pair.empty()) {
      continue;
    }
    const std::size_t equals = pair.find('=');
    const std::string name(Trim(pair.substr(0, equals)));
    if (equals == std::string_view::npos) {
      return Error(Reason::kInvalid, "missing bool value for " + name);
    }
    const std::string value_text(Trim(pair.substr(equals + 1)));
    const std::optional<bool> value = ParseBool(value_text);
    if (!value) {
      return Error(Reason::kInvalid,
                   "invalid value of " + name + "=" + value_text + ": not a boolean");
    }
    K8SNET_RETURN_IF_ERROR(SetOne(name, *value));
  }
  return {};
}

Status FeatureGates::SetOne(const std::string& name, bool value) {
  const bool locked_on = Contains(kLockedOn, name);
  const bool locked_off = Contains(kLockedOff, name);
  if (!locked_on && !locked_off && !Contains(kOn, name) && !Contains(kOff, name)) {
    return Error(Reason::kInvalid, "unrecognized feature gate: " + name);
  }
  if ((locked_on && !value) || (locked_off && value)) {
    return Error(Reason::kInvalid, "cannot set feature gate " + name + " to " +
                                       (value ? "true" : "false") + ", feature is locked to " +
                                       (value ? "false" : "true"));
  }
  set_[name] = value;
  return {};
}

bool FeatureGates::enabled(std::string_view name) const {
  const auto found = set_.find(name);
  return found != set_.end() ? found->second : Contains(kOn, name) || Contains(kLockedOn, name);
}

}  // namespace k8snet::server
