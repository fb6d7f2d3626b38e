# Compiler settings shared by every target, and daybook_module(): one static library and one test program a folder.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

# A launcher given by the caller (environment or -D) is kept: CI and developers choose their own cache.
find_program(DAYBOOK_CCACHE ccache)
if(DAYBOOK_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${DAYBOOK_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${DAYBOOK_CCACHE})
endif()

add_library(daybook_options INTERFACE)
target_compile_options(daybook_options INTERFACE -Wall -Wextra -Werror)
target_include_directories(daybook_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
# The coroutine frames of Asio trip these g++ 12 false positives at -O2.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(daybook_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized -Wno-restrict
                         -Wno-mismatched-new-delete>)
endif()
set(boost_settings BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
    BOOST_ASIO_DISABLE_BOOST_COROUTINE=1)
target_compile_definitions(daybook_options INTERFACE ${boost_settings})
# Static Boost: one binary to copy. Linked here, not by each module, since a precompiled header is only usable by
# targets with the same definitions; a module whose library adds definitions of its own (spdlog) says PCH none.
set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
target_link_libraries(daybook_options INTERFACE daybook_boost Threads::Threads Boost::json Boost::url)

# Line tables are enough for a stack trace, and link in half the time of full debug information.
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
find_program(DAYBOOK_MOLD mold)
if(DAYBOOK_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_link_options(-Wl,--gc-sections)
  add_compile_options(-ffunction-sections -fdata-sections)
endif()

if(DAYBOOK_SANITIZE)
  # Not -O1: the tests take seconds, and the build, which is most of what this costs, half the time.
  add_compile_options(-fsanitize=${DAYBOOK_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${DAYBOOK_SANITIZE})
  # Asio's fences are what ThreadSanitizer cannot follow; its locks, which it can, order the same things.
  if(DAYBOOK_SANITIZE MATCHES "thread")
    # Its notion of a fiber's call stack holds only where the functions that switch are inlined into each other.
    set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
  endif()
  if(DAYBOOK_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-tsan>)
  endif()
  if(DAYBOOK_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(DAYBOOK_FUZZ)
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")  # Here inputs a second count.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(DAYBOOK_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()

# Below the flags above, which a target takes over when it is made.
add_library(daybook_boost STATIC ${CMAKE_SOURCE_DIR}/cmake/boost_asio.cpp ${CMAKE_SOURCE_DIR}/cmake/boost_beast.cpp)
target_compile_definitions(daybook_boost PRIVATE ${boost_settings})

if(DAYBOOK_TESTS)
  find_package(GTest QUIET)
  if(NOT GTest_FOUND)
    message(STATUS "GoogleTest is not installed: the tests are not built (scripts/install test)")
    set(DAYBOOK_TESTS OFF)
  endif()
endif()
if(DAYBOOK_TESTS)
  enable_testing()
  include(GoogleTest)
endif()

# Two precompiled headers serve the whole tree: "std" for pure code, "asio" for what awaits.
function(daybook_pch target kind)
  get_target_property(type ${target} TYPE)
  if(kind STREQUAL "none")
    return()
  endif()
  target_precompile_headers(${target} REUSE_FROM daybook_pch_${kind})
endfunction()
foreach(kind std asio)
  file(WRITE ${CMAKE_BINARY_DIR}/pch_${kind}.cpp "// Exists so that the precompiled header has a target.\n")
  add_library(daybook_pch_${kind} OBJECT ${CMAKE_BINARY_DIR}/pch_${kind}.cpp)
  target_link_libraries(daybook_pch_${kind} PRIVATE daybook_options)
  target_precompile_headers(daybook_pch_${kind} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch_${kind}.hpp)
endforeach()

# daybook_module(<folder path below src> [PCH std|asio|none] [DEPS …])
# Every .cpp of the folder but *_test.cpp becomes library daybook_<folder with _>; the tests become
# daybook_<folder>_test, registered with ctest case by case.
function(daybook_module folder)
  cmake_parse_arguments(ARG "" "PCH" "DEPS;TEST_DEPS" ${ARGN})
  if(NOT ARG_PCH)
    set(ARG_PCH std)
  endif()
  string(REPLACE "/" "_" name ${folder})
  set(dir ${CMAKE_SOURCE_DIR}/src/${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  # A service's client is a library of its own (daybook_service).
  list(FILTER sources EXCLUDE REGEX "/services/[a-z]+/client\\.cpp$")
  if(sources)
    add_library(daybook_${name} STATIC ${sources})
    target_link_libraries(daybook_${name} PUBLIC daybook_options ${ARG_DEPS})
    daybook_pch(daybook_${name} ${ARG_PCH})
  else()
    add_library(daybook_${name} INTERFACE)
    target_link_libraries(daybook_${name} INTERFACE daybook_options ${ARG_DEPS})
  endif()
  if(DAYBOOK_TESTS AND tests)
    add_executable(daybook_${name}_test ${tests})
    target_link_libraries(daybook_${name}_test PRIVATE daybook_${name} ${ARG_TEST_DEPS} GTest::gmock GTest::gtest_main)
    daybook_pch(daybook_${name}_test ${ARG_PCH})
    gtest_discover_tests(daybook_${name}_test DISCOVERY_MODE PRE_TEST TEST_PREFIX "${folder}/"
                         PROPERTIES LABELS "unit;${folder}")
  endif()
endfunction()

# daybook_service(<role>): client.cpp becomes daybook_<role>_client, which other services may link; the rest of the
# folder becomes daybook_services_<role>.
function(daybook_service role)
  set(dir ${CMAKE_SOURCE_DIR}/src/services/${role})
  if(EXISTS ${dir}/client.cpp)
    add_library(daybook_${role}_client STATIC ${dir}/client.cpp)
    target_link_libraries(daybook_${role}_client PUBLIC daybook_options daybook_core daybook_domain daybook_language_command
                          daybook_runtime daybook_http)
    daybook_pch(daybook_${role}_client asio)
    set_property(GLOBAL APPEND PROPERTY DAYBOOK_CLIENTS daybook_${role}_client)
  endif()
endfunction()
function(daybook_service_library role)
  get_property(clients GLOBAL PROPERTY DAYBOOK_CLIENTS)
  daybook_module(services/${role} PCH asio DEPS daybook_core daybook_domain daybook_language_command daybook_runtime
                 daybook_runtime_state daybook_storage_sqlite daybook_http daybook_telemetry ${clients} ${ARGN}
                 TEST_DEPS daybook_runtime_embedded)
endfunction()
