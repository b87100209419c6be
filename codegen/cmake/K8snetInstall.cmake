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

# For pkg-config, k8snet: types, codecs, conversion, validation; k8snet-server: the server too. The
# libraries are static, so what they use is on every user's link line.
function(k8snet_pkg_config pc_name pc_description pc_requires pc_libs)
  cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
             BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE pc_up)
  configure_file(${PROJECT_SOURCE_DIR}/codegen/cmake/k8snet.pc.in ${PROJECT_BINARY_DIR}/${pc_name}.pc
                 @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${pc_name}.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
k8snet_pkg_config(k8snet "Kubernetes networking types, codecs, conversion and validation" yaml-cpp
                  "-lk8snet_validation -lk8snet_conversion -lk8snet_apis")
k8snet_pkg_config(k8snet-server "Kubernetes networking API server as a library"
                  "k8snet = ${PROJECT_VERSION}, openssl, sqlite3, libdeflate, libnghttp2"
                  "-lk8snet_server -pthread")
