#include "core/ids.hpp"

#include <cstring>
#include <mutex>

#include "core/hash.hpp"

namespace daybook {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void set_version(Uuid::Bytes& bytes, int version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | version << 4);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
}

/// Random bits for version 7, taken from the system in blocks: an id on the hot path costs no system call.
class RandomPool {
 public:
  void fill(std::uint8_t* out, std::size_t n) {
    if (at_ + n > block_.size()) {
      block_ = random_bytes(4096);
      at_ = 0;
    }
    std::memcpy(out, block_.data() + at_, n);
    at_ += n;
  }

 private:
  std::string block_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Uuid> Uuid::parse(std::string_view text) {
  Bytes bytes{};
  bool ok = text.size() == 36;
  for (std::size_t i = 0, n = 0; ok && i < 36;) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      ok = text[i++] == '-';
      continue;
    }
    const int high = hex_value(text[i]), low = hex_value(text[i + 1]);
    ok = high >= 0 && low >= 0;
    if (ok) bytes[n++] = static_cast<std::uint8_t>(high << 4 | low);
    i += 2;
  }
  if (!ok) return Error{Errc::invalid_argument, "'" + std::string(text.substr(0, 64)) + "' is not a UUID"};
  return Uuid{bytes};
}

Uuid Uuid::v7(Instant now) {
  // RFC 9562, section 6.2, method 1: a 12-bit counter below the millisecond keeps the order within the process; when it
  // is used up the time runs ahead by a millisecond.
  static std::mutex mutex;
  static std::int64_t last_ms = 0;
  static unsigned counter = 0;
  static RandomPool pool;

  Bytes bytes{};
  std::lock_guard lock(mutex);
  std::int64_t ms = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  if (ms < 0) ms = 0;
  // A clock set back by more than a moment is followed; within it the order is kept.
  if (ms <= last_ms && last_ms - ms < 10'000) {
    ms = last_ms;
    if (++counter > 0xFFF) counter = 0, ++ms;
  } else {
    counter = 0;
  }
  last_ms = ms;
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  bytes[6] = static_cast<std::uint8_t>(counter >> 8);
  bytes[7] = static_cast<std::uint8_t>(counter);
  pool.fill(bytes.data() + 8, 8);
  set_version(bytes, 7);
  return Uuid{bytes};
}

Uuid Uuid::v5(const Uuid& space, std::string_view name) {
  std::string input(as_chars(space.bytes()));
  input += name;
  const auto digest = sha1(input);
  Bytes bytes{};
  std::copy_n(digest.begin(), 16, bytes.begin());
  set_version(bytes, 5);
  return Uuid{bytes};
}

Uuid Uuid::random() {
  Bytes bytes{};
  const std::string random = random_bytes(16);
  std::memcpy(bytes.data(), random.data(), 16);
  set_version(bytes, 4);
  return Uuid{bytes};
}

std::string Uuid::str() const {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out(36, '-');
  std::size_t at = 0;
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) ++at;
    out[at++] = kHex[bytes_[i] >> 4];
    out[at++] = kHex[bytes_[i] & 15];
  }
  return out;
}

}  // namespace daybook
