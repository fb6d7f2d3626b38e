// TLS to PostgreSQL with a CA of one's own: libpq's verify-full, and what is said when it cannot be.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include "storage/postgres/test_database.hpp"

namespace daybook {
namespace {

using storage::sql::Reader;
using test::PostgresServer;
using ::testing::HasSubstr;
using ::testing::Not;

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!bound) throw std::runtime_error("no port is free");
  return ntohs(address.sin_port);
}

void shell(const std::string& command) {
  if (std::system((command + " >/dev/null 2>&1").c_str()) != 0) throw std::runtime_error(command);
}

/// A CA in `folder`, and a certificate of its for localhost in the server's data folder.
void make_certificates(const std::string& folder, const std::string& data) {
  const std::string curve = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 ";
  for (const char* name : {"ca", "other"})
    shell("openssl req -x509" + curve + "-subj /CN=" + name + " -keyout " + folder + "/" + name + ".key -out " +
          folder + "/" + name + ".pem");
  shell("openssl req -new" + curve + "-subj /CN=localhost -keyout " + data + "/server-key.pem -out " + folder +
        "/server.csr");
  shell("printf 'subjectAltName=DNS:localhost' > " + folder + "/names; openssl x509 -req -days 2 -CAcreateserial -in " +
        folder + "/server.csr -CA " + folder + "/ca.pem -CAkey " + folder + "/ca.key -extfile " + folder +
        "/names -out " + data + "/server.pem");
  shell("chmod 600 " + data + "/server-key.pem");
}

class PostgresTls : public ::testing::Test {
 protected:
  PostgresTls() {
    server_ = PostgresServer::make(
        " -c listen_addresses=127.0.0.1 -c ssl=on -c ssl_cert_file=server.pem -c ssl_key_file=server-key.pem",
        [this](const std::string& data) { make_certificates(folder_.path(), data); }, port_);
  }
  /// What the server says of the connection, or the error.
  Result<std::string> version_of(const std::string& host, const std::string& settings) {
    storage::postgres::PoolOptions options;
    options.session.url = "host=" + host + " hostaddr=127.0.0.1 port=" + std::to_string(port_) +
                          " user=daybook dbname=postgres " + settings;
    options.wait_timeout = std::chrono::milliseconds{300};
    boost::asio::io_context loop;
    storage::postgres::Pool pool(loop.get_executor(), options);
    storage::postgres::Database db(pool, "notes");
    auto query = [](Reader& r) -> Result<std::string> {
      auto row = r.query("SELECT version::text FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl");
      return row.step() ? std::string(row.text(0)) : std::string("plain");
    };
    auto version = storage::sqlite::run_on(loop, db.read(std::move(query)));
    storage::sqlite::run_on(loop, pool.stop());
    return version;
  }
  std::string ca(const std::string& name) { return "sslrootcert=" + folder_.file(name + ".pem"); }

  storage::sqlite::TestDirectory folder_;
  int port_ = free_port();
  std::unique_ptr<PostgresServer> server_;
};

// J-07
TEST_F(PostgresTls, AServerWhoseCertificateOurCaSignedIsTrusted) {
  const auto version = version_of("localhost", "sslmode=verify-full " + ca("ca"));
  ASSERT_TRUE(version) << version.error().detail;
  EXPECT_THAT(*version, HasSubstr("TLSv1"));
}

TEST_F(PostgresTls, AnotherCaOrAnotherNameIsRefusedAndTheErrorSaysWhatToCheck) {
  for (const auto& [host, settings] : {std::pair{"localhost", "sslmode=verify-full " + ca("other")},
                                       std::pair{"db.example.org", "sslmode=verify-full " + ca("ca")}}) {
    const auto refused = version_of(host, settings);
    ASSERT_FALSE(refused) << host;
    EXPECT_EQ(refused.error().code, Errc::misconfigured) << host;
    EXPECT_THAT(refused.error().detail, HasSubstr("sslrootcert")) << host;
  }
  const auto migrated =
      storage::postgres::migrate("host=localhost hostaddr=127.0.0.1 port=" + std::to_string(port_) +
                                     " user=daybook dbname=postgres sslmode=verify-full " + ca("other"),
                                 {});
  ASSERT_FALSE(migrated);
  EXPECT_EQ(migrated.error().code, Errc::misconfigured);
  EXPECT_THAT(migrated.error().detail, HasSubstr("sslrootcert"));
}

}  // namespace
}  // namespace daybook
