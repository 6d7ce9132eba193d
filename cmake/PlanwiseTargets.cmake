# Helpers that every CMakeLists.txt of the project uses.

# Warnings and sanitizers for a target of ours.
function(planwise_flags target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 sees faults in its own std::string and std::variant at -O2 and above (GCC bugs 105329, 105651).
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
  endif()
  if(PLANWISE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${PLANWISE_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${PLANWISE_SANITIZE})
    get_target_property(type ${target} TYPE)
    if(PLANWISE_SANITIZE MATCHES thread AND type STREQUAL EXECUTABLE)
      # libduckdb must not take our instrumented copies of std:: templates for its own: it would lock a mutex unseen by
      # ThreadSanitizer and unlock it seen.
      target_link_options(${target} PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/local_symbols.map)
    endif()
    if(PLANWISE_SANITIZE MATCHES undefined)
      target_compile_options(${target} PRIVATE -fno-sanitize-recover=undefined)
    endif()
  endif()
endfunction()

# With PLANWISE_JOIN_SOURCES several sources of a target are compiled as one: a build from nothing takes a good half of the
# time, one after a change more. Names in a target's files must differ for it, in unnamed namespaces too; that the one hides
# the other is no finding then.
function(planwise_join target)
  if(PLANWISE_JOIN_SOURCES)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${PLANWISE_JOIN_SOURCES})
    target_compile_options(${target} PRIVATE -Wno-shadow -Wno-subobject-linkage)
  endif()
endfunction()

# One layer: folder = namespace = target. planwise_layer(store DEPENDS core duck LIBRARIES x::x)
# builds all .cpp of the folder as object library planwise_store.
function(planwise_layer name)
  cmake_parse_arguments(LAYER "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_library(planwise_${name} OBJECT ${sources})
  target_include_directories(planwise_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(planwise_${name} PUBLIC ${LAYER_LIBRARIES})
  planwise_flags(planwise_${name})
  planwise_join(planwise_${name})
  set_property(GLOBAL APPEND PROPERTY PLANWISE_LAYERS planwise_${name})
endfunction()
