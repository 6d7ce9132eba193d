# Finds libduckdb and the header of its C API: in DUCKDB_ROOT (variable or environment), else where scripts/setup puts it.
# Defines DuckDB::DuckDB.
find_path(DuckDB_INCLUDE_DIR duckdb.h
          HINTS ${DUCKDB_ROOT} $ENV{DUCKDB_ROOT} PATH_SUFFIXES include src/include
          PATHS ${CMAKE_CURRENT_LIST_DIR}/../.deps/duckdb)
find_library(DuckDB_LIBRARY duckdb
          HINTS ${DUCKDB_ROOT} $ENV{DUCKDB_ROOT} PATH_SUFFIXES lib
          PATHS ${CMAKE_CURRENT_LIST_DIR}/../.deps/duckdb)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DuckDB REQUIRED_VARS DuckDB_LIBRARY DuckDB_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run scripts/setup, or point DUCKDB_ROOT at a DuckDB of your own")
if(DuckDB_FOUND AND NOT TARGET DuckDB::DuckDB)
  add_library(DuckDB::DuckDB SHARED IMPORTED)
  set_target_properties(DuckDB::DuckDB PROPERTIES
    IMPORTED_LOCATION ${DuckDB_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${DuckDB_INCLUDE_DIR})
endif()
