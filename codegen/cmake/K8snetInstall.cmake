# Installs the CMake package, so that find_package(k8snet) gives the targets k8snet::<name>.

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/k8snet)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/k8snetConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/k8snetConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/k8snetConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/k8snetConfig.cmake
              ${PROJECT_BINARY_DIR}/k8snetConfigVersion.cmake DESTINATION ${package_dir})
install(EXPORT k8snetTargets NAMESPACE k8snet:: DESTINATION ${package_dir})
