# Installs the CMake package, so that find_package(k8snet) gives the targets k8snet::<name>.

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/k8snet)
set(idl_dir ${CMAKE_INSTALL_DATADIR}/k8snet/idl)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/k8snetConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/k8snetConfig.cmake
                              INSTALL_DESTINATION ${package_dir} PATH_VARS idl_dir)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/k8snetConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/k8snetConfig.cmake
              ${PROJECT_BINARY_DIR}/k8snetConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/K8snetGenerate.cmake
              ${CMAKE_CURRENT_LIST_DIR}/K8snetFuzz.cmake
              ${PROJECT_SOURCE_DIR}/codegen/src/fuzz_main.cc DESTINATION ${package_dir})

# What k8snet_generate needs: the IDL, and the generator if it is built.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/apis/idl/ DESTINATION ${idl_dir})
install(FILES ${PROJECT_SOURCE_DIR}/codegen/options.proto
        DESTINATION ${idl_dir})
if(TARGET k8snet_protoc_gen_k8snet)
  install(TARGETS k8snet_protoc_gen_k8snet EXPORT k8snetTargets)
endif()
install(EXPORT k8snetTargets NAMESPACE k8snet:: DESTINATION ${package_dir})
