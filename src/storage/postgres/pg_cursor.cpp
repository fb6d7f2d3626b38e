#include <bit>
#include <cstdio>

#include "storage/postgres/pg_session.hpp"

namespace daybook::storage::postgres {
namespace {

/// The OIDs of pg_type.dat, which never change.
enum TypeOid : Oid { kBool = 16, kInt8 = 20, kInt2 = 21, kInt4 = 23, kOid = 26, kFloat4 = 700, kFloat8 = 701 };

template <class T>
T read_big_endian(const char* bytes) {
  T out = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) out = static_cast<T>(out << 8 | static_cast<unsigned char>(bytes[i]));
  return out;
}

}  // namespace

void PgCursor::start() {
  if (!place_) place_ = session_.execute(*this, PgSession::Kind::query);
}

bool PgCursor::step() {
  start();
  if (!result_) {
    session_.await(*place_);
    if (!result_) throw PgError("XX000", "an answer without a result");
  }
  return ++row_ < PQntuples(result_.get());
}

void PgCursor::run() {
  // Rows that nobody asks for come with the answer anyway.
  if (!place_) session_.last_run_ = *(place_ = session_.execute(*this, PgSession::Kind::run));
}

void PgCursor::reset() {
  if (place_ && !result_)
    for (auto& slot : session_.slots_)
      if (slot.cursor == this) slot.cursor = nullptr;
  place_.reset();
  result_.reset();
  row_ = -1;
}

void PgCursor::release() {
  reset();
  for (auto& p : parameters_) p = {};
  prepared_.idle.emplace_back(this);
}

std::int64_t PgCursor::integer(int column) const {
  if (is_null(column)) return 0;
  const char* bytes = PQgetvalue(result_.get(), row_, column);
  switch (PQftype(result_.get(), column)) {
    case kInt8:
      return read_big_endian<std::int64_t>(bytes);
    case kInt4:
    case kOid:
      return read_big_endian<std::int32_t>(bytes);
    case kInt2:
      return read_big_endian<std::int16_t>(bytes);
    case kBool:
      return *bytes != 0;
    default:
      throw PgError("42804", "column " + std::to_string(column) + " is no integer");
  }
}

double PgCursor::real(int column) const {
  if (is_null(column)) return 0;
  const char* bytes = PQgetvalue(result_.get(), row_, column);
  switch (PQftype(result_.get(), column)) {
    case kFloat8:
      return std::bit_cast<double>(read_big_endian<std::uint64_t>(bytes));
    case kFloat4:
      return static_cast<double>(std::bit_cast<float>(read_big_endian<std::uint32_t>(bytes)));
    default:
      return static_cast<double>(integer(column));
  }
}

}  // namespace daybook::storage::postgres
